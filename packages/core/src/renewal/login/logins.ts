import { unlessAborted } from '../../platform/waiting.js';
import type { AuthorizationServer } from '../../server/authorization-server.js';
import type { TokenSet } from '../../tokens/token-set.js';
import type { AuthorizeContext } from '../authorize-context.js';
import { TokenKeeper } from '../saving/token-keeper.js';
import type { TokenReader } from '../token-reader.js';
import { beginLogin, joinLogin, logIn } from './login.js';
import { noteLogin } from './login-requests.js';
import { logInByTurn, type LoginTurn } from './login-turn.js';
import { logOut } from './logout.js';
import { tellLogin } from './tell-login.js';

/** How tokens are obtained. */
type Step = (context: AuthorizeContext) => Promise<TokenSet>;

/** Whom a login is shared with, and who waits. */
interface JoinOptions extends Pick<LoginTurn, 'lock' | 'unusable'> {
  readonly signal: AbortSignal | undefined;
}

/** The logins of one credential, and their end. */
export class Logins {
  readonly #keeper: TokenKeeper;

  constructor(reader: TokenReader) {
    this.#keeper = new TokenKeeper(reader.parts);
  }

  /** Logs in once for all who ask at the same time, in any process that takes the same `lock`. */
  join(step: Step, { lock, unusable, signal }: JoinOptions): Promise<TokenSet> {
    const { owner, settings, credential } = this.#keeper.parts;
    const start = this.#starting(step);
    const turn = { ...settings, keeper: this.#keeper, lock, unusable, key: owner.key };
    return joinLogin(credential, (aborted) => logInByTurn(turn, start, aborted), settings.scope, signal);
  }

  /** Logs in by a step that nobody else may join. */
  begin(step: Step, signal: AbortSignal | undefined): Promise<TokenSet> {
    return beginLogin(this.#starting(step, true), signal);
  }

  /** Saves tokens from elsewhere. */
  import(tokens: TokenSet, signal: AbortSignal | undefined): Promise<TokenSet> {
    const how = { scope: this.#keeper.parts.settings.scope, reason: 'import' } as const;
    return beginLogin((aborted) => logIn(this.#keeper, () => Promise.resolve(tokens), how, aborted), signal);
  }

  /** Revokes and deletes the tokens. @throws RevocationFailedError after the deletion */
  async end(server: AuthorizationServer, signal: AbortSignal | undefined): Promise<void> {
    const failure = await unlessAborted(signal, () => logOut(this.#keeper, server));
    if (failure) throw failure;
  }

  #starting(step: Step, isOfOthers = false): (aborted: AbortSignal) => Promise<TokenSet> {
    const { owner, settings, credential, events } = this.#keeper.parts;
    const began = settings.clock.now();
    return async (aborted) => {
      const how = { scope: settings.scope, reason: 'login', isOfOthers } as const;
      const tokens = await noteLogin(credential, logIn(this.#keeper, step, how, aborted));
      tellLogin(events, owner.key, tokens, (settings.clock.now() - began) / 1000);
      return tokens;
    };
  }
}
