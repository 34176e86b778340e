import type { OAuthError } from '../errors/index.js';
import type { FoundTokens } from './good-enough.js';
import { shared } from '../platform/process-registry.js';
import { ProcessLock } from '../storage/process-lock.js';
import type { SaveContext } from '../storage/token-storage.js';
import type { Suspected, Unanswered } from '../tokens/token-record.js';
import type { TokenSet } from '../tokens/token-set.js';

/** What saves tokens that exist nowhere else, of all copies of this package; it keeps them from being collected. */
export const unsavedTokens = (): Set<UnsavedTokens['save']> => shared('unsaved', () => new Set());

/** What this process knows of one credential. All its flows share it. */
export class CredentialState {
  /** As last loaded or saved. */
  tokens: TokenSet | undefined;
  /** Counts what was saved or deleted, so that a slow look does not put back what it found before. */
  writes = 0;
  /** The renewal under way, which all callers join. */
  run: Promise<FoundTokens> | undefined;
  /** The scopes that it was begun for: flows of one login may differ in them. */
  runScope: string | undefined;
  /** Whether that renewal is one that nobody waits for. */
  isAhead = false;
  /** Whether that renewal waits in line. */
  isInLine = false;
  /** The login under way. */
  login: LoginInProgress | undefined;
  /** A refresh token presented without an answer, where storage could not note it. */
  unanswered: (Unanswered & { readonly tokens: TokenSet }) | undefined;
  /** The same of one that was refused in unclear words. */
  suspected: (Suspected & { readonly tokens: TokenSet }) | undefined;
  /** Tokens whose refresh token the server has refused; it is not presented again until the record moves. */
  refused: { readonly tokens: TokenSet; readonly error: OAuthError } | undefined;
  /** The access token that this process was given last, so that its times were noted by this clock. */
  ownToken: string | undefined;
  /** The refresh token that these tokens replaced, where the server gave another. */
  spent: string | undefined;
  /** Whether storage was found to have gone back in time, and nothing was redeemed since. */
  wentBack = false;
  /** How many timers renew it, so that no caller has to wait for that. */
  keptFresh = 0;
  /** When a renewal ahead was last begun, in ms. */
  lastAhead: number | undefined;
  #unsaved: UnsavedTokens | undefined;
  #processLock: ProcessLock | undefined;

  constructor(processLock?: ProcessLock) {
    this.#processLock = processLock;
  }

  /** Excludes this process's flows where nothing excludes others. */
  get processLock(): ProcessLock {
    return (this.#processLock ??= new ProcessLock());
  }

  /** Notes what was written to storage, or could not be. */
  write(tokens: TokenSet | undefined): void {
    this.tokens = tokens;
    this.writes++;
  }

  /** New tokens that could not be saved yet. While there are any they exist nowhere else, so this is not collected. */
  get unsaved(): UnsavedTokens | undefined {
    return this.#unsaved;
  }
  set unsaved(tokens: UnsavedTokens | undefined) {
    if (this.#unsaved) unsavedTokens().delete(this.#unsaved.save);
    if (tokens) unsavedTokens().add(tokens.save);
    this.#unsaved = tokens;
  }
}

/** Tokens that exist in memory only. They beat storage while it still holds what they grew from. */
export interface UnsavedTokens {
  readonly tokens: TokenSet;
  readonly grewFrom: StoredTokens;
  readonly reason: SaveContext['reason'];
  /** Takes the lock and saves them. */
  readonly save: () => Promise<void>;
}

/** What was found in storage, and the generation that a save over it must state. */
export interface StoredTokens {
  readonly tokens: TokenSet | undefined;
  readonly expected: SaveContext['expected'];
  /** Whether something is there that is no record, or cannot be opened. */
  readonly isUnreadable?: boolean;
}

/** A login that several callers may wait for. It is given up when the last of them leaves. */
export interface LoginInProgress {
  readonly tokens: Promise<TokenSet>;
  readonly controller: AbortController;
  waiters: number;
}

/** Credentials by name, for as long as somebody holds them. */
class HeldCredentials {
  readonly #held = new Map<string, WeakRef<CredentialState>>();
  #sweptAt = fewest;

  /** Returns the one of this name; a new one where nobody holds it. */
  find(name: string): CredentialState {
    const known = this.#held.get(name)?.deref();
    if (known) return known;
    if (this.#held.size >= this.#sweptAt) this.#sweep();
    const credential = new CredentialState();
    this.#held.set(name, new WeakRef(credential));
    return credential;
  }

  /** Forgets who is gone. Whenever their number has doubled, which costs less than to be told of each. */
  #sweep(): void {
    for (const [name, credential] of this.#held) if (!credential.deref()) this.#held.delete(name);
    this.#sweptAt = Math.max(fewest, 2 * this.#held.size);
  }
}

/** Names that are too few to be swept. */
const fewest = 64;

const byPlace = new HeldCredentials();
const byClass = new WeakMap<object, HeldCredentials>();
const processLocks = new WeakMap<object, ProcessLock>();

/**
 * Returns a credential that no other flow shares. Flows of one class may still have one place, which nobody can tell:
 * they share the process lock, so that no two of one key spend the same refresh token.
 */
export function credentialAlone(flowClass: object): CredentialState {
  const lock = processLocks.get(flowClass) ?? new ProcessLock();
  processLocks.set(flowClass, lock);
  return new CredentialState(lock);
}

/**
 * Returns the one credential of this key at a place: a storage's id or, for flows with hooks of their own, their
 * class.
 */
export function credentialAt(place: string | object, key: string): CredentialState {
  if (typeof place === 'string') return byPlace.find([place, key].join('\n')); // a template would keep its pieces too
  const credentials = byClass.get(place) ?? new HeldCredentials();
  byClass.set(place, credentials);
  return credentials.find(key);
}
