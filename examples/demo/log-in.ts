import type { DeviceCodePrompt, TokenSet } from '@latchkey/core';
import { renderUnicodeCompact } from 'uqr';
import { Countdown } from './countdown.js';
import type { Demo } from './demo.js';
import { approveInBrowser } from '../identity-provider/scripted-browser.js';
import { createFlow } from './settings.js';

/** Logs in by the device flow: somebody approves, in whichever browser. */
export async function logIn(demo: Demo): Promise<void> {
  const { settings, server, report } = demo;
  report.heading(`Log in at ${settings.issuer}${server ? ' (oidc-provider, embedded)' : ''}`);
  const { refreshToken } = await promptAndWait(demo);
  report.check({
    step: 'device login',
    expected: 'access and refresh token',
    seen: refreshToken === undefined ? 'access token only' : 'access and refresh token',
  });
}

async function promptAndWait({ settings, server, auto, report, signal }: Demo): Promise<TokenSet> {
  using countdown = new Countdown();
  const promptUser = async (prompt: DeviceCodePrompt): Promise<void> => {
    const { verificationUri, verificationUriComplete = verificationUri, userCode, expiresAt } = prompt;
    report.line(`Open     ${verificationUri}`);
    report.line(`Code     ${userCode}`);
    report.line(`Or open  ${verificationUriComplete}`);
    if (!isOnThisMachine(verificationUriComplete)) {
      console.log(renderUnicodeCompact(verificationUriComplete).replace(/^/gm, '  '));
    }
    if (auto) report.line('A scripted browser approves.');
    else if (server) report.line('Open it on this machine; any name and password will do.');
    countdown.start(expiresAt);
    if (auto) await approveInBrowser(verificationUriComplete, signal);
  };
  return await createFlow(settings, { promptUser }).doFlow({ signal });
}

/** Whether a URL leads to this machine alone, so that a telephone has no use for it. */
function isOnThisMachine(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
