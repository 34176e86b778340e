import {
  AuthFlowError,
  type DeleteContext,
  LoginRequiredError,
  type SaveContext,
  StorageConflictError,
  type TokenSet,
} from '@latchkey/core';
import type { Instance } from './instance.js';

/** What the claims look at. */
export interface Evidence {
  /** Whether the server would renew by this refresh token. */
  takes(refreshToken: string): boolean;
  /** Whether a refresh token came of another one, directly or not. */
  comesOf(refreshToken: string, ancestor: string): boolean;
  stored(): TokenSet | undefined;
}

/** What must hold at every step, whatever goes wrong. The first claim that does not is kept. */
export class Claims {
  /** The claim that failed, and where. */
  failure: string | undefined;
  /** Faults after which a login may be lost (design section 10), since they came between rotation and save. */
  readonly excuses = new Set<string>();
  /** Set once a lease was lost: two may act as owners then, until the signal of one has been seen. */
  hasTwoOwners = false;
  /** Set once nobody can be told that a refresh token was presented. */
  isForgetful = false;
  readonly given: string[] = [];
  isLoggedOut = false;
  readonly #evidence: Evidence;
  readonly #saved = new Set<string>(['A0']);
  readonly #successors = new Set<string>();
  /** How often each refresh token was sent without an answer. */
  readonly #unanswered = new Map<string, number>();
  readonly #isAlone: boolean;

  constructor(evidence: Evidence, { isAlone }: { isAlone: boolean }) {
    this.#evidence = evidence;
    this.#isAlone = isAlone;
  }

  fail(claim: string): void {
    this.failure ??= claim;
  }

  excuse(why: string): void {
    this.excuses.add(why);
  }

  /** At the moment of `fetch`. */
  sending(instance: Instance, form: URLSearchParams): void {
    const token = form.get('refresh_token');
    if (token === null && form.get('grant_type') !== 'client_credentials') return;
    if (!instance.hold) this.fail(`${instance.name} sends a token request without a lock`);
    if (instance.hold?.isLost) this.fail(`${instance.name} sends a token request after its lock was lost`);
    if (token !== null) this.#redeeming(instance, token);
  }

  #redeeming(instance: Instance, token: string): void {
    instance.redeeming = token;
    const successor = [...this.#successors].find((saved) => this.#evidence.comesOf(saved, token));
    if (successor !== undefined && !this.hasTwoOwners) {
      this.fail(`${instance.name} sends ${token}, although its successor ${successor} was saved`);
    }
    const times = this.#unanswered.get(token) ?? 0;
    if (times >= 1 && !this.hasTwoOwners && !this.isForgetful) {
      this.fail(`${instance.name} sends ${token} again at once, though nobody answered before`);
    }
  }

  /** When the sender of a refresh token learns that no answer will come. */
  unanswered(token: string | null): void {
    if (token === null) return;
    this.#unanswered.set(token, (this.#unanswered.get(token) ?? 0) + 1);
  }

  /** When all pauses are over. */
  endPauses(): void {
    this.#unanswered.clear();
  }

  /** At the moment of a write, before it. */
  writing(instance: Instance, present: number, { expected, ...context }: SaveContext | DeleteContext): void {
    if (expected === undefined && 'reason' in context && context.reason === 'login') return;
    const isRead = instance.generations.has(present) && (expected === undefined || expected === present);
    if (!isRead) this.fail(`${instance.name} replaces generation ${present}, which it has not read`);
  }

  /** After a write. */
  wrote(instance: Instance, tokens: TokenSet | undefined): void {
    instance.generations.add(tokens?.generation ?? 0);
    this.isLoggedOut ||= !tokens;
    if (!tokens) return;
    if (this.isLoggedOut) this.fail(`${instance.name} saves tokens after a logout`);
    this.#saved.add(tokens.accessToken ?? '');
    if (tokens.refreshToken !== undefined) this.#successors.add(tokens.refreshToken);
    if (tokens.refreshToken !== instance.redeeming) instance.redeeming = undefined;
  }

  /** When a caller is given a token. */
  gave(instance: Instance, token: string): void {
    this.given.push(token);
    if (this.#saved.has(token) || instance.reported.has(token)) return;
    this.fail(`${instance.name} gives the token ${token}, which is neither saved nor reported unsaved`);
  }

  /** When a save after a rotation fails. Alone in the world, a process that lives has lost nothing by it. */
  saveFailed(instance: Instance): void {
    if (instance.redeeming !== undefined && !this.#isAlone) this.excuse('a save failed after the rotation');
  }

  /** When a caller who wants a token is given an error. */
  gaveNone(instance: Instance, error: unknown): void {
    if (error instanceof StorageConflictError) this.fail(`${instance.name} leaves a conflict to its caller`);
    this.refused(instance, error);
  }

  /** When any caller is given an error. */
  refused(instance: Instance, error: unknown): void {
    if (!(error instanceof AuthFlowError)) {
      this.fail(`${instance.name} gives an error of no type of ours: ${String(error)}`);
      return;
    }
    const record = this.#evidence.stored();
    const lives = record && (record.refreshToken === undefined || this.#evidence.takes(record.refreshToken));
    if (error instanceof LoginRequiredError && lives) {
      this.fail(`${instance.name} asks for a login (${error.code}), although the stored refresh token lives`);
    }
  }

  /** All that later verdicts depend on. */
  get state(): string {
    return [
      [...this.excuses].sort(),
      this.hasTwoOwners,
      this.isForgetful,
      this.isLoggedOut,
      [...this.#saved].sort(),
      [...this.#successors].sort(),
      [...this.#unanswered].map((entry) => entry.join('x')).sort(),
      [...this.given].sort(),
    ].join(';');
  }
}
