import { Refusal } from './answer.js';
import type { Grant } from './grant.js';
import type { Rotation } from './server-options.js';

interface RefreshToken {
  readonly grant: Grant;
  readonly endsAt: number;
  usedAt: number | undefined;
  successor: string | undefined;
}

/** Says no to a refresh token, and whether that was because it had been used up. */
export class RefreshRefusal extends Refusal {
  constructor(
    readonly reuse: boolean,
    description: string,
  ) {
    super('invalid_grant', 400, description);
  }
}

/**
 * The refresh tokens of each grant, and what has become of them. A token that was used up and comes again has been
 * stolen, as far as a server can tell: the whole grant ends (RFC 9700 section 4.14.2).
 */
export class RefreshTokenFamilies {
  readonly #tokens = new Map<string, RefreshToken>();
  readonly #create: () => string;

  constructor(create: () => string) {
    this.#create = create;
  }

  /** Issues a refresh token that lives for `lifetime` seconds. */
  issue(grant: Grant, now: number, lifetime = Infinity): string {
    const value = this.#create();
    this.#tokens.set(value, { grant, endsAt: now + lifetime * 1000, usedAt: undefined, successor: undefined });
    return value;
  }

  /** Returns the grant of a refresh token, in whatever state. */
  find(value: string): Grant | undefined {
    return this.#tokens.get(value)?.grant;
  }

  /** Tells whether a refresh token would be taken now. */
  isLive(value: string, now: number): boolean {
    const token = this.#tokens.get(value);
    return token !== undefined && !token.grant.revoked && token.usedAt === undefined && now < token.endsAt;
  }

  /** Tells whether a renewal by a refresh token would be answered with tokens now, be it one that was used before. */
  isHonoured(value: string, now: number, rotation: Rotation): boolean {
    const token = this.#tokens.get(value);
    if (!token || token.grant.revoked || now >= token.endsAt) return false;
    return token.usedAt === undefined || isWithinGrace(rotation, token.usedAt, now);
  }

  /** Uses a refresh token; returns its grant and, where it is replaced, the next one. */
  redeem(
    value: string,
    clientId: string | undefined,
    now: number,
    { rotation, lifetime }: { rotation: Rotation; lifetime: number | undefined },
  ): { grant: Grant; next: string | undefined } {
    const token = this.#tokens.get(value);
    if (!token || token.grant.clientId !== clientId) throw new RefreshRefusal(false, 'The refresh token is unknown.');
    if (token.usedAt !== undefined && !isWithinGrace(rotation, token.usedAt, now)) {
      token.grant.revoked = true;
      throw new RefreshRefusal(true, 'The refresh token was used before; all tokens of the grant are revoked.');
    }
    if (token.grant.revoked) throw new RefreshRefusal(false, 'The refresh token was revoked.');
    if (now >= token.endsAt) throw new RefreshRefusal(false, 'The refresh token has expired.');
    if (rotation === 'none') return { grant: token.grant, next: undefined };
    const next = this.#again(token, rotation) ?? this.issue(token.grant, now, lifetime);
    token.usedAt ??= now;
    token.successor = next;
    return { grant: token.grant, next };
  }

  #again(token: RefreshToken, rotation: Rotation): string | undefined {
    if (typeof rotation === 'string' || rotation.answer !== 'same' || token.successor === undefined) return undefined;
    return this.#tokens.get(token.successor)?.usedAt === undefined ? token.successor : undefined;
  }
}

function isWithinGrace(rotation: Rotation, usedAt: number, now: number): boolean {
  if (rotation === 'none') return true;
  return rotation !== 'rotate' && now - usedAt <= rotation.grace * 1000;
}
