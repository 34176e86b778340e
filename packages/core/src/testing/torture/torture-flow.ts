import { StoredAuthFlow } from '../../flow/stored-auth-flow.js';
import type { TokenSet } from '../../tokens/token-set.js';

/** Names the one credential that all processes share. */
export const tortureKey = 'torture';

/**
 * A flow that never logs in by itself, so that a lost login is told and not repaired in silence. The login is by the
 * password grant, which needs no clock.
 */
export class TortureFlow extends StoredAuthFlow {
  protected override get interactive(): boolean {
    return true;
  }

  protected override authorize(): Promise<TokenSet> {
    return this.requestTokens('password', { username: 'ada', password: 'secret' });
  }

  /** Logs in, whatever is stored. */
  start(): Promise<TokenSet> {
    return this.logIn();
  }
}
