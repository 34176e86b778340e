import type { DeviceCodePrompt } from '../server/device-code.js';

/** Says on stderr where to approve a login, since stdout is the program's own. */
export function printPrompt({ verificationUri, verificationUriComplete, userCode, expiresAt }: DeviceCodePrompt): void {
  const direct = verificationUriComplete ? `\nor go straight to ${verificationUriComplete}` : '';
  console.error(
    `To log in, open ${verificationUri}\nand enter the code ${userCode}${direct}\nbefore ${expiresAt.toLocaleTimeString()}.`,
  );
}
