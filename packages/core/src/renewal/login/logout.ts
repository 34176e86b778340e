import { RevocationFailedError } from '../../errors/index.js';
import type { AuthorizationServer } from '../../server/authorization-server.js';
import type { TokenKeeper } from '../saving/token-keeper.js';
import type { TokenSet } from '../../tokens/token-set.js';
import { untilAborted } from '../../platform/waiting.js';

/** Seconds that a logout spends on revocation at most. */
const patience = 5;

/**
 * Revokes the stored tokens where the server says how, and those that could not be saved; deletes them in any case.
 *
 * @returns what went wrong with the revocation
 */
export function logOut(keeper: TokenKeeper, server: AuthorizationServer): Promise<RevocationFailedError | undefined> {
  return keeper.locked(async (lock) => {
    const stored = await keeper.load('logout');
    const unsaved = keeper.parts.credential.unsaved?.tokens;
    const isOther = unsaved?.stamp?.login !== stored.tokens?.stamp?.login; // else a renewal has replaced what is stored
    const held = isOther ? [unsaved, stored.tokens] : [unsaved ?? stored.tokens];
    const failures = await Promise.all(held.map(async (tokens) => tokens && revoke(server, tokens)));
    await keeper.remove(stored, lock);
    return failures.find(Boolean);
  });
}

async function revoke(server: AuthorizationServer, tokens: TokenSet): Promise<RevocationFailedError | undefined> {
  const over = new AbortController();
  const seconds = Math.min(server.settings.timeout, patience);
  // Not AbortSignal.timeout, which keeps no process alive: it would end before the tokens are deleted.
  const timer = setTimeout(() => {
    over.abort(new Error(`The server did not confirm within ${seconds} seconds.`));
  }, seconds * 1000);
  try {
    const client = await untilAborted(over.signal, server.prepare(over.signal));
    await client.revoke(tokens, over.signal);
    return undefined;
  } catch (cause) {
    return cause instanceof RevocationFailedError ? cause : new RevocationFailedError({ cause });
  } finally {
    clearTimeout(timer);
  }
}
