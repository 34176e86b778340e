import { assertTokenSet } from './record-kind.js';
import type { TokenSet } from './token-set.js';

/** Whose tokens a flow asks for. */
export interface RecordOwner {
  readonly key: string;
  /** Whose grant it is: `login` of a person, or the name of a program's grant. */
  readonly kind: string;
  /** The user or tenant that the flow names. */
  readonly account: string | undefined;
  /** Whether the application says that the place is this flow's, by hooks of its own or by the option `key`. */
  readonly isPrivate: boolean;
}

/** Tells whether a record is a program's, for which nothing is lost by asking anew; one that does not say may be a login. */
export function isProgramsRecord(tokens: TokenSet): boolean {
  const kind = tokens.stamp?.kind;
  return kind === undefined ? !looksLikeLogin(tokens) : kind !== 'login';
}

/**
 * Tells whether a stored record is one of this owner. Earlier versions did not note the kind: theirs are taken for a login
 * when they hold a refresh token or an id token, and for nobody's else. What Latchkey did not write belongs to whoever
 * finds it, but where the application has not named the place, a program leaves what looks like a login.
 */
export function isOwnRecord(tokens: TokenSet, { key, kind, isPrivate }: RecordOwner): boolean {
  const { key: storedKey = key, kind: storedKind, generation } = tokens.stamp ?? {};
  if (storedKey !== key) return false;
  if (storedKind !== undefined) return storedKind === kind;
  const isLogin = looksLikeLogin(tokens);
  if (generation !== undefined) return kind === 'login' && isLogin;
  return kind === 'login' || isPrivate || !isLogin;
}

/** Milliseconds for which a program's record is kept after its access token has ended: no two clocks are the same. */
const kept = 86_400_000;

/**
 * Returns the milliseconds after which a storage may forget a program's record: a day after its access token has ended,
 * since the program asks anew. `undefined` for a login, which may be good for longer than anybody knows, and for a token whose
 * end is unknown.
 *
 * @throws TypeError for what is no `TokenSet`
 * @group Write your own storage
 */
export function programRecordLifetime(tokens: TokenSet, now: number): number | undefined {
  assertTokenSet(tokens);
  const { stamp, expiresAt } = tokens;
  if (stamp?.kind === undefined || stamp.kind === 'login' || !expiresAt) return undefined;
  return Math.max(expiresAt.getTime() - now, 0) + kept;
}

function looksLikeLogin({ refreshToken, idToken }: TokenSet): boolean {
  return refreshToken !== undefined || idToken !== undefined;
}
