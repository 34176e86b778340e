import type { TokenSet } from '../../tokens/token-set.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import type { FakeAuthorizationServer } from '../fake-authorization-server.js';
import { type Presentations, senderOf } from './presentations.js';
import { tortureKey } from './torture-flow.js';

/** What is left of the login after a round. */
export interface LoginState {
  /** Whether the record cannot be read, is gone, or mixes the tokens of two answers. */
  readonly isTorn: boolean;
  /** Whether the server would take the stored refresh token now. */
  readonly isHonoured: boolean;
  /** Whether the process that was hit had tokens from the server that were never saved, or saved too late. */
  readonly isExcused: boolean;
}

/** Looks at the stored login from outside, as a new process would. */
export class LoginCheck {
  readonly #storage: TokenStorage;
  readonly #server: FakeAuthorizationServer;
  readonly #presentations: Presentations;
  /** The access token that the server issued together with each refresh token. */
  readonly #pairs = new Map<string, string>();

  constructor(storage: TokenStorage, server: FakeAuthorizationServer, presentations: Presentations) {
    this.#storage = storage;
    this.#server = server;
    this.#presentations = presentations;
  }

  /** Checks the record and asks the server about it. `victim` is the process that was hit, if any was. */
  async look(victim: number | undefined): Promise<LoginState> {
    const stored = await this.#read();
    for (const { issued } of this.#server.ledger.entries) {
      if (issued?.refreshToken !== undefined) this.#pairs.set(issued.refreshToken, issued.accessToken);
    }
    const refreshToken = stored?.refreshToken ?? '';
    if (stored) this.#presentations.saved.add(refreshToken);
    return {
      isTorn: stored === undefined || this.#pairs.get(refreshToken) !== stored.accessToken,
      isHonoured: this.#server.honours(refreshToken),
      isExcused: this.#hasUnsaved(victim) || this.#presentations.wasOvertaken(victim, this.#server.ledger.entries),
    };
  }

  /** Whether the server would take the stored refresh token now. */
  async isHonoured(): Promise<boolean> {
    return this.#server.honours((await this.#read())?.refreshToken ?? '');
  }

  async #read(): Promise<TokenSet | undefined> {
    try {
      return await this.#storage.load(tortureKey);
    } catch {
      return undefined;
    }
  }

  #hasUnsaved(victim: number | undefined): boolean {
    const { saved } = this.#presentations;
    return this.#server.ledger.entries.some(
      (entry) => senderOf(entry) === victim && entry.issued && !saved.has(entry.issued.refreshToken ?? ''),
    );
  }
}
