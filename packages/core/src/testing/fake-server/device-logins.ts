import { Refusal } from './answer.js';
import type { Grant } from './grant.js';

interface DeviceLogin {
  readonly userCode: string;
  readonly grant: Grant;
  readonly endsAt: number;
  interval: number;
  state: 'pending' | 'approved' | 'denied' | 'used';
  polledAt: number | undefined;
}

/** Device logins that were begun (RFC 8628). */
export class DeviceLogins {
  readonly #logins = new Map<string, DeviceLogin>();

  add(deviceCode: string, login: Omit<DeviceLogin, 'polledAt'>): void {
    this.#logins.set(deviceCode, { ...login, polledAt: undefined });
  }

  /** Notes what the person decided, for one user code or for all that are pending. */
  decide(state: 'approved' | 'denied', userCode: string | undefined): void {
    const meant = [...this.#logins.values()].filter(
      (login) => login.state === 'pending' && (userCode === undefined || login.userCode === userCode),
    );
    if (meant.length === 0) throw new TypeError(`No device login is pending${userCode ? ` for ${userCode}` : ''}.`);
    for (const login of meant) login.state = state;
  }

  /** Returns the grant of an approved login, once; refuses as RFC 8628 section 3.5 has it otherwise. */
  redeem(deviceCode: string | undefined, clientId: string, now: number, enforceInterval: boolean): Grant {
    const login = this.#logins.get(deviceCode ?? '');
    if (!login || login.grant.clientId !== clientId || login.state === 'used') throw new Refusal('invalid_grant');
    if (now >= login.endsAt) throw new Refusal('expired_token');
    const tooSoon = login.polledAt !== undefined && now - login.polledAt < login.interval * 1000;
    login.polledAt = now;
    if (enforceInterval && tooSoon) {
      login.interval += 5;
      throw new Refusal('slow_down');
    }
    if (login.state === 'pending') throw new Refusal('authorization_pending');
    if (login.state === 'denied') throw new Refusal('access_denied');
    login.state = 'used';
    return login.grant;
  }
}
