/** A page with a login, a call and a logout. */
import { AuthFlowError } from '@latchkey/core';
import { beginLogin, endLogin, flow } from './flow.js';
import { renewed } from './renewed.js';

const output = document.querySelector('output');
const say = (text: string): void => output?.replaceChildren(text);

/** Runs what a button does, and says what came of it. */
async function act(action: () => Promise<string | undefined>): Promise<void> {
  try {
    say((await action()) ?? '…');
  } catch (error) {
    say(error instanceof AuthFlowError ? `${error.message} ${error.remedy}` : String(error)); // they hold no secret
  }
}

const actions: Record<string, () => Promise<string | undefined>> = {
  login: () => beginLogin().then(() => undefined),
  call: async () => {
    await renewed();
    return JSON.stringify(await flow.fetchUserInfo()); // or what an API answers to flow.fetch
  },
  logout: () => flow.logout().then(() => show()),
};

async function show(): Promise<string> {
  const tokens = await flow.reload();
  const sub = tokens?.idTokenClaims?.['sub'];
  return tokens ? `logged in as ${typeof sub === 'string' ? sub : 'somebody'}` : 'logged out';
}

for (const button of document.querySelectorAll('button')) {
  button.addEventListener('click', () => void act(actions[button.name] ?? show));
}
addEventListener('tokens', () => void act(show));
await act(async () => {
  await endLogin();
  return show();
});
