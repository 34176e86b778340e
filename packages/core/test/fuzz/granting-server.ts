/** What the server knows of a token that it gave out. */
export interface Granted {
  /** The kind of grant, or `login`. */
  readonly kind: string;
  readonly account: string;
  /** The scopes that were asked for and those that the answer named. */
  readonly scopes: ReadonlySet<string>;
}

/** What an answer says of the scope. */
export type ScopeAnswer = 'named' | 'left out' | 'another';

interface Grant {
  readonly kind: string;
  readonly account: string;
  readonly asked: string;
}

const kindsOfGrants: Readonly<Record<string, string>> = {
  client_credentials: 'client_credentials',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'jwt-bearer',
  password: 'login',
  'urn:person': 'login',
};

/** A token endpoint behind a `fetch`, which knows of each token for whom it is. Refresh tokens rotate. */
export class GrantingServer {
  readonly granted = new Map<string, Granted>();
  /** How it answers, request after request, and then anew. */
  readonly #answers: readonly ScopeAnswer[];
  readonly #refreshTokens = new Map<string, Grant>();
  readonly #lifetime: number;
  #count = 0;

  constructor(answers: readonly ScopeAnswer[], lifetime: number) {
    this.#answers = answers;
    this.#lifetime = lifetime;
  }

  /** To be given to flows. */
  readonly fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const form = new URLSearchParams(await new Response(init?.body).text());
    if (String(input).endsWith('/revoke')) return Response.json({});
    const grantType = form.get('grant_type') ?? '';
    const presented = form.get('refresh_token') ?? '';
    const grant = grantType === 'refresh_token' ? this.#refreshTokens.get(presented) : grantOf(grantType, form);
    this.#refreshTokens.delete(presented);
    return grant ? Response.json(this.issue(grant)) : Response.json({ error: 'invalid_grant' }, { status: 400 });
  };

  /** Makes the answer to a request for tokens. */
  issue(grant: Grant): Record<string, unknown> {
    const answer = this.#answers[this.#count % this.#answers.length];
    const token = `at-${++this.#count}`;
    const named = answer === 'another' ? 'profile' : grant.asked;
    const scopes = new Set(`${grant.asked} ${answer === 'left out' ? '' : named}`.split(' '));
    this.granted.set(token, { kind: grant.kind, account: grant.account, scopes });
    const refreshToken = `rt-${this.#count}`;
    if (grant.kind === 'login') this.#refreshTokens.set(refreshToken, grant);
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: this.#lifetime,
      ...(grant.kind === 'login' && { refresh_token: refreshToken }),
      ...(answer !== 'left out' && { scope: named }),
    };
  }
}

function grantOf(grantType: string, form: URLSearchParams): Grant | undefined {
  const kind = kindsOfGrants[grantType];
  return kind === undefined ? undefined : { kind, account: form.get('tenant') ?? '', asked: form.get('scope') ?? '' };
}
