import type { Credential } from './credential.js';
import { RevocationFailedError } from './errors.js';
import type { ProtocolClient } from './protocol-client.js';
import type { TokenKeeper } from './token-keeper.js';
import type { TokenSet } from './token-set.js';

/** Seconds that a logout spends on revocation at most. */
const patience = 5;

/**
 * Revokes the stored tokens where the server says how, and deletes them in any case.
 *
 * @returns what went wrong with the revocation
 */
export function logOut(
  keeper: TokenKeeper,
  credential: Credential,
  protocol: ProtocolClient,
  timeout = patience,
): Promise<RevocationFailedError | undefined> {
  return keeper.locked(async (lock) => {
    const stored = await keeper.load({ toReplace: true });
    const held = credential.unsaved?.tokens ?? stored.tokens;
    const failure = held && (await revoke(protocol, held, AbortSignal.timeout(Math.min(timeout, patience) * 1000)));
    await keeper.remove(stored, lock);
    return failure;
  });
}

/** Refresh token first: with it, servers should end its access tokens too (RFC 7009 section 2.1). */
async function revoke(
  protocol: ProtocolClient,
  { refreshToken, accessToken }: TokenSet,
  signal: AbortSignal,
): Promise<RevocationFailedError | undefined> {
  try {
    const client = await protocol.prepare();
    if (!client.canRevoke) return undefined;
    if (refreshToken !== undefined) await client.revoke(refreshToken, 'refresh_token', signal);
    if (accessToken !== undefined) await client.revoke(accessToken, 'access_token', signal);
    return undefined;
  } catch (cause) {
    return new RevocationFailedError({ cause });
  }
}
