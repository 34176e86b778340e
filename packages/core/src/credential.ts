import { ProcessLock } from './process-lock.js';
import type { SaveContext } from './token-storage.js';
import type { Unanswered } from './token-record.js';
import type { TokenSet } from './token-set.js';

/** What a run came to. */
export interface RunOutcome {
  readonly tokens: TokenSet;
  /** When the server was asked, in ms; `undefined` when the tokens were found in storage. */
  readonly requestedAt: number | undefined;
}

/** What this process knows of one credential. All its flows share it. */
export class Credential {
  /** As last loaded or saved. */
  tokens: TokenSet | undefined;
  /** The renewal under way, which all callers join. */
  run: Promise<RunOutcome> | undefined;
  /** Whether that renewal is one that nobody waits for. */
  isAhead = false;
  /** The login under way. */
  login: LoginInProgress | undefined;
  /** New tokens that could not be saved yet. */
  unsaved: UnsavedTokens | undefined;
  /** A refresh token presented without an answer, where storage could not note it. */
  unanswered: (Unanswered & { readonly refreshToken: string | undefined }) | undefined;
  /** A refresh token that the server has refused; it is not presented again. */
  refused: string | undefined;
  /** When a renewal ahead was last begun, in ms. */
  lastAhead = -Infinity;
  #processLock: ProcessLock | undefined;

  /** Excludes this process's flows where nothing excludes others. */
  get processLock(): ProcessLock {
    return (this.#processLock ??= new ProcessLock());
  }
}

/** Tokens that exist in memory only. They beat storage while it still holds what they grew from. */
export interface UnsavedTokens {
  readonly tokens: TokenSet;
  readonly grewFrom: StoredTokens;
  readonly reason: SaveContext['reason'];
}

/** What was found in storage, and the generation that a save over it must state. */
export interface StoredTokens {
  readonly tokens: TokenSet | undefined;
  readonly expected: SaveContext['expected'];
}

/** A login that several callers may wait for. It is given up when the last of them leaves. */
export interface LoginInProgress {
  readonly tokens: Promise<TokenSet>;
  readonly controller: AbortController;
  waiters: number;
}

const byPlace = new Map<string, WeakRef<Credential>>();
const byClass = new WeakMap<object, Map<string, WeakRef<Credential>>>();
const forgotten = new FinalizationRegistry<{ place: Map<string, WeakRef<Credential>>; key: string }>(
  ({ place, key }) => {
    if (!place.get(key)?.deref()) place.delete(key);
  },
);

/**
 * Returns the one credential of this key at a place: a storage's id or, for flows with hooks of their own, their
 * class.
 */
export function credentialAt(place: string | object, key: string): Credential {
  if (typeof place === 'string') return find(byPlace, `${place}\n${key}`);
  const credentials = byClass.get(place) ?? new Map<string, WeakRef<Credential>>();
  byClass.set(place, credentials);
  return find(credentials, key);
}

function find(place: Map<string, WeakRef<Credential>>, key: string): Credential {
  const known = place.get(key)?.deref();
  if (known) return known;
  const credential = new Credential();
  place.set(key, new WeakRef(credential));
  forgotten.register(credential, { place, key });
  return credential;
}
