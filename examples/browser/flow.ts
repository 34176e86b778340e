import { AuthorizationCodeFlow, type AuthorizationState } from '@latchkey/core';
import { BrowserTokenStorage } from './browser-token-storage.js';
import { client } from './client.js';

const storage = new BrowserTokenStorage();

/** The login that all tabs and workers of this origin share. */
export const flow = new AuthorizationCodeFlow({ ...client, redirectUri: `${location.origin}/`, storage });

/** Leaves the page to log in; `endLogin` runs when the person is back. Throws before, where nothing could be stored. */
export async function beginLogin(): Promise<void> {
  await storage.check();
  const { url, state } = await flow.startAuthorization();
  sessionStorage.setItem('login', JSON.stringify(state)); // of this tab alone
  location.assign(url);
}

/** Ends a login that this tab has begun; does nothing when it has not come back from one. */
export async function endLogin(): Promise<void> {
  const { href, search } = location;
  if (!/[?&](code|error)=/.test(search)) return;
  const state = JSON.parse(sessionStorage.getItem('login') ?? 'null') as AuthorizationState | null;
  sessionStorage.removeItem('login');
  history.replaceState(null, '', '/'); // a code is of no use in a history
  await flow.completeAuthorization(href, state ?? undefined);
}

// A token that is good in memory is used without a look at what is stored, so a logout or login elsewhere has to be told.
const elsewhere = new BroadcastChannel('latchkey');
for (const event of ['authorized', 'renewed', 'loggedOut'] as const) {
  flow.events.on(event, () => elsewhere.postMessage(event));
}
elsewhere.onmessage = () => void flow.reload().then(tellPage, tellPage);

/** Lets the page show who is logged in now. */
function tellPage(): void {
  dispatchEvent(new Event('tokens'));
}
