import type { Claims } from './claims.js';
import type { Ending, Instance, Way } from './instance.js';
import type { SharedClock } from './shared-clock.js';

/**
 * `strict`: a spent refresh token revokes its family; `plain`: it is refused; `grace`: it is renewed again. `forgetful`
 * is wrong: it takes no refresh token that it has issued for another.
 */
export type Rotation = 'strict' | 'plain' | 'grace' | 'forgetful';

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Issued {
  readonly family: number;
  readonly parent: string | undefined;
  isSpent: boolean;
}

const refusal: Answer = { status: 400, body: { error: 'invalid_grant' } };

/** The authorization server that all instances share. */
export class SharedServer {
  readonly #rotation: Rotation;
  readonly #claims: Claims;
  readonly #clock: SharedClock;
  readonly #issued = new Map<string, Issued>();
  readonly #revoked = new Set<number>();
  readonly #underway: string[] = [];
  #families = 0;
  #count = 0;
  renewals = 0;
  logins = 0;
  reuses = 0;

  constructor(rotation: Rotation, claims: Claims, clock: SharedClock) {
    this.#rotation = rotation;
    this.#claims = claims;
    this.#clock = clock;
    this.#issue(this.#families, undefined);
  }

  /** `fetch` as one instance has it: the request arrives by one step, the answer by another. */
  fetchOf(instance: Instance): typeof globalThis.fetch {
    return async (url, init) => {
      const form = new URLSearchParams(String(init?.body as unknown));
      const name = `request ${form.get('refresh_token') ?? form.get('token') ?? 'for new tokens'}`;
      const signal = init?.signal;
      this.#claims.sending(instance, form);
      const isRevocation = (url instanceof Request ? url.url : url.toString()).endsWith('/revoke');
      const handle = (): Answer => (isRevocation ? this.#revoke(form) : this.#grant(form));
      const abandoned = (): void => this.#abandon(form);
      const token = form.get('refresh_token');
      const fail = (code: string, ending: Ending<Answer>): void => {
        instance.redeeming = undefined;
        if (code !== 'ECONNREFUSED') this.#claims.unanswered(token);
        ending.reject(failure(code));
      };
      const answer = await instance.step<Answer>(
        name,
        (ending) => [
          { name: `${name}: arrives`, take: () => ending.resolve(handle()) },
          { name: `${name}: is never sent`, fault: 'never sent', take: () => fail('ECONNREFUSED', ending) },
          { name: `${name}: is lost`, fault: 'request lost', take: () => fail('ECONNRESET', ending) },
          {
            name: `${name}: is given up, and may arrive later`,
            fault: 'request late',
            take: () => {
              abandoned();
              this.#claims.unanswered(token);
              ending.reject(failure('UND_ERR_SOCKET'));
            },
          },
        ],
        { signal, abandoned },
      );
      const told = JSON.stringify(answer.body);
      return instance.step<Response>(
        `answer ${told}`,
        (ending) => [
          {
            name: `${name}: is answered ${answer.status} ${told}`,
            take: () => {
              if (answer.status !== 200) instance.redeeming = undefined;
              ending.resolve(new Response(told, { status: answer.status }));
            },
          },
          {
            name: `${name}: the answer is lost`,
            fault: 'answer lost',
            take: () => {
              if (instance.redeeming !== undefined) this.#claims.excuse('an answer was lost');
              this.#claims.unanswered(token);
              ending.reject(failure('ECONNRESET'));
            },
          },
        ],
        { signal },
      );
    };
  }

  /** A request whose sender no longer waits: it may still arrive, at any time. */
  #abandon(form: URLSearchParams): void {
    const token = form.get('refresh_token');
    if (token === null) return;
    this.#claims.excuse('a request was late');
    this.#underway.push(token);
  }

  /** What abandoned requests may still do. */
  ways(): Way[] {
    return [...new Set(this.#underway)].map((token) => ({
      name: `the abandoned request ${token} arrives`,
      take: () => {
        this.#underway.splice(this.#underway.indexOf(token), 1);
        this.#renew(token);
      },
    }));
  }

  /** Whether the server would renew by this refresh token. */
  takes(refreshToken: string | undefined): boolean {
    const issued = this.#issued.get(refreshToken ?? '');
    if (!issued || this.#revoked.has(issued.family)) return false;
    return !issued.isSpent || this.#rotation === 'grace';
  }

  familyOf(refreshToken: string | undefined): number | undefined {
    return this.#issued.get(refreshToken ?? '')?.family;
  }

  /** Whether a refresh token came of another one, directly or not. */
  comesOf(refreshToken: string, ancestor: string): boolean {
    for (let parent = this.#issued.get(refreshToken)?.parent; parent !== undefined;) {
      if (parent === ancestor) return true;
      parent = this.#issued.get(parent)?.parent;
    }
    return false;
  }

  get state(): string {
    const issued = [...this.#issued].map(([token, { family, isSpent }]) => `${token} ${family} ${isSpent}`);
    return [issued, [...this.#revoked], [...this.#underway].sort(), this.renewals, this.logins, this.reuses].join(';');
  }

  #grant(form: URLSearchParams): Answer {
    const token = form.get('refresh_token');
    if (token !== null) return this.#renew(token);
    this.logins++;
    const { access_token, refresh_token, ...rest } = this.#issue(++this.#families, undefined).body;
    const isMachine = form.get('grant_type') === 'client_credentials';
    return { status: 200, body: { access_token, ...(!isMachine && { refresh_token }), ...rest } };
  }

  #renew(token: string): Answer {
    this.renewals++;
    const issued = this.#issued.get(token);
    if (!issued || this.#revoked.has(issued.family)) return refusal;
    if (issued.isSpent && this.#rotation !== 'grace') {
      this.reuses++;
      if (this.#rotation === 'strict') this.#revoked.add(issued.family);
      return refusal;
    }
    issued.isSpent = true;
    return this.#issue(issued.family, token);
  }

  #issue(family: number, parent: string | undefined): Answer {
    const number = this.#count++;
    this.#issued.set(`R${number}`, { family, parent, isSpent: this.#rotation === 'forgetful' && parent !== undefined });
    this.#clock.tick();
    const tokens = { access_token: `A${number}`, refresh_token: `R${number}` };
    return { status: 200, body: { ...tokens, token_type: 'Bearer', expires_in: 3600 } };
  }

  #revoke(form: URLSearchParams): Answer {
    const family = this.familyOf(form.get('token') ?? '');
    if (family !== undefined) this.#revoked.add(family);
    this.#claims.excuse('the tokens were revoked');
    return { status: 200, body: {} };
  }
}

function failure(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('no connection'), { code }) });
}
