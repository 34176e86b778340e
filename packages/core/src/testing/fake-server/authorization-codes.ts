import { createHash } from 'node:crypto';
import { Refusal } from './answer.js';
import type { Grant } from './grant.js';

interface AuthorizationCode {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly endsAt: number;
  used: boolean;
}

/** Authorization codes that were given out (RFC 6749 section 4.1, RFC 7636). */
export class AuthorizationCodes {
  readonly #codes = new Map<string, AuthorizationCode>();

  add(value: string, code: Omit<AuthorizationCode, 'used'>): void {
    this.#codes.set(value, { ...code, used: false });
  }

  /** Returns the grant of a code, once. A second use ends the grant (RFC 6749 section 4.1.2). */
  redeem(parameters: Readonly<Record<string, string>>, clientId: string, now: number): Grant {
    const code = this.#codes.get(parameters['code'] ?? '');
    if (!code || code.grant.clientId !== clientId) throw refusal('The code is unknown.');
    if (code.used) {
      code.grant.revoked = true;
      throw refusal('The code was used before.');
    }
    code.used = true;
    if (now >= code.endsAt) throw refusal('The code has expired.');
    if (parameters['redirect_uri'] !== code.redirectUri) throw refusal('The redirect_uri is another one.');
    const verifier = createHash('sha256')
      .update(parameters['code_verifier'] ?? '')
      .digest('base64url');
    if (verifier !== code.challenge) throw refusal('The code_verifier does not fit.');
    return code.grant;
  }
}

function refusal(description: string): Refusal {
  return new Refusal('invalid_grant', 400, description);
}
