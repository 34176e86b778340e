type Body = Record<string, unknown>;

interface Words {
  /** Says it as the server does. */
  readonly write: (body: Body) => Body;
  /** Brings it into OAuth's names. */
  readonly read: (body: Body) => Body;
}

const asObject = (value: unknown): Body => Object(value) as Body;

/** How servers word their tokens: as OAuth, nested as Slack and Withings, in camel case as Plentymarkets. */
export const styles = {
  oauth: { write: (body) => body, read: (body) => body },
  nested: {
    write: ({ access_token, refresh_token, ...body }) => ({ ...body, authed_user: { access_token, refresh_token } }),
    read: ({ authed_user, ...body }) => ({ ...body, ...asObject(authed_user) }),
  },
  wrapped: {
    write: (body) => (body['error'] === undefined ? { status: 0, body } : body),
    read: ({ status, body, ...rest }) => (status === 0 ? asObject(body) : rest),
  },
  camelCase: {
    write: ({ access_token: accessToken, refresh_token: refreshToken, ...body }) => ({
      ...body,
      accessToken,
      refreshToken,
    }),
    read: ({ accessToken: access_token, refreshToken: refresh_token, ...body }) => ({
      ...body,
      ...(access_token !== undefined && { access_token }),
      ...(refresh_token !== undefined && { refresh_token }),
    }),
  },
} satisfies Record<string, Words>;

/** A name of one of them. */
export type Style = keyof typeof styles;

const origin = 'https://as.example';

/** A server in words of its own. It rotates, and ends the login when a used refresh token comes again. */
export class OwnWordsServer {
  readonly endpoints = { tokenEndpoint: `${origin}/token`, deviceAuthorizationEndpoint: `${origin}/device` };
  readonly #words: Words;
  readonly #used = new Set<string>();
  readonly #issued = new Set<string>();
  #present = '';
  #isAlive = true;

  constructor(style: Style) {
    this.#words = styles[style];
  }

  /** Begins a login. @returns its refresh token */
  start(): string {
    this.#used.clear();
    return (this.#present = `rt-${this.#issued.size}-of-the-login`);
  }

  /** Whether a used token was presented. */
  wasReused(): boolean {
    return !this.#isAlive;
  }

  knows(accessToken: string): boolean {
    return this.#issued.has(accessToken);
  }

  readonly fetch = async (target: unknown, init?: RequestInit): Promise<Response> => {
    if (String(target).endsWith('/device')) {
      const page = { verification_uri: `${origin}/`, expires_in: 600, interval: 1 };
      return Response.json({ device_code: 'the-device-code', user_code: 'ABCD', ...page });
    }
    const form = new URLSearchParams(init?.body as URLSearchParams);
    const token = form.get('refresh_token');
    if (token === null) this.start();
    else if (token !== this.#present || !this.#isAlive) {
      if (this.#used.has(token)) this.#isAlive = false;
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    }
    return Response.json(this.#words.write(this.#rotate()));
  };

  #rotate(): Body {
    this.#used.add(this.#present);
    const count = this.#issued.size + 1;
    this.#present = `rt-${count}-of-the-login`;
    this.#issued.add(`at-${count}-of-the-login`);
    return {
      access_token: `at-${count}-of-the-login`,
      refresh_token: this.#present,
      token_type: 'Bearer',
      expires_in: 3600,
    };
  }
}
