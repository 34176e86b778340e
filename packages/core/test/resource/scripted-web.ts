/** A web in memory: what each URL answers, and which were asked for. Names stand for hosts that loopback has not. */
export class ScriptedWeb {
  readonly asked: string[] = [];
  readonly bodies: unknown[] = [];
  readonly #pages = new Map<string, (request: { url: string; body: unknown }) => Response | Promise<Response>>();

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const method = init?.method ?? 'GET';
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : init?.body;
    this.asked.push(`${method} ${url}`);
    if (body !== undefined) this.bodies.push(body);
    init?.signal?.throwIfAborted();
    return (await this.#pages.get(`${method} ${url}`)?.({ url, body })) ?? new Response('nothing', { status: 404 });
  };

  /** Lets a URL answer with a JSON document. */
  json(url: string, document: unknown, status = 200, method = 'GET'): this {
    return this.answer(url, () => Response.json(document, { status }), method);
  }

  /** Lets a URL refuse with a challenge. */
  refuse(url: string, challenge: string, status = 401): this {
    return this.answer(url, () => new Response('no', { status, headers: { 'www-authenticate': challenge } }));
  }

  redirect(url: string, location: string): this {
    return this.answer(url, () => new Response(null, { status: 302, headers: { location } }));
  }

  answer(
    url: string,
    answer: (request: { url: string; body: unknown }) => Response | Promise<Response>,
    method = 'GET',
  ): this {
    this.#pages.set(`${method} ${url}`, answer);
    return this;
  }

  /** Adds an authorization server that registers clients `client-1`, `client-2` … */
  server(issuer: string, more: object = {}): this {
    const { origin, pathname } = new URL(issuer);
    let count = 0;
    const register = ({ body }: { body: unknown }): Response =>
      Response.json({ client_id: `client-${++count}`, ...(body as object) }, { status: 201 });
    const path = pathname === '/' ? '' : pathname;
    return this.answer(`${issuer}/register`, register, 'POST').json(
      `${origin}/.well-known/oauth-authorization-server${path}`,
      {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        registration_endpoint: `${issuer}/register`,
        response_types_supported: ['code'],
        ...more,
      },
    );
  }

  /** What was asked for of one host. */
  of(host: string): string[] {
    return this.asked.filter((line) => new URL(line.split(' ')[1] ?? '').host === host);
  }
}

export const api = 'https://api.example/mcp';
export const issuer = 'https://login.example';
export const wellKnown = 'https://api.example/.well-known/oauth-protected-resource';

/** An API that refuses without a token and describes itself, and its authorization server. */
export function honestWeb(more: object = {}): ScriptedWeb {
  return new ScriptedWeb()
    .refuse(api, `Bearer resource_metadata="${wellKnown}/mcp"`)
    .json(`${wellKnown}/mcp`, { resource: api, authorization_servers: [issuer], ...more })
    .server(issuer);
}
