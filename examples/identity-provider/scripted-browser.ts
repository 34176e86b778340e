interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** What a person would type into the pages of the embedded server. */
const typed: Readonly<Record<string, string>> = { login: 'ada', password: 'any' };

/** Opens a page and approves the login, as {@link ScriptedBrowser.approve}. */
export async function approveInBrowser(page: string, signal: AbortSignal): Promise<void> {
  await new ScriptedBrowser(signal).approve(page);
}

/** A browser that keeps cookies, follows redirects, and does with forms what a person would who knows what to do. */
export class ScriptedBrowser {
  /** Where it is. */
  location = new URL('about:blank');
  readonly #cookies = new Map<string, Cookie>();
  readonly #signal: AbortSignal;
  readonly #stopAt: string | undefined;

  /** With `stopAt`, a redirect to a URL that begins so is not followed: the browser is there, and has seen no page. */
  constructor(signal: AbortSignal, { stopAt }: { readonly stopAt?: string } = {}) {
    this.#signal = signal;
    this.#stopAt = stopAt;
  }

  /** Opens a page, and fills in and sends each form that comes. Returns where that ends. */
  async approve(page: string): Promise<URL> {
    let html = await this.open(new URL(page));
    for (let forms = 0; /<form/.test(html); forms++) {
      if (forms === 10) throw new Error('The pages of the authorization server come to no end.');
      html = await this.#submitForm(html);
    }
    return this.location;
  }

  /** Opens a page, and follows its link to cancel. Returns where that ends. */
  async decline(page: string): Promise<URL> {
    const link = /href="([^"]*\/abort)"/.exec(await this.open(new URL(page)))?.[1];
    if (link === undefined) throw new Error('The page of the authorization server has no link to cancel.');
    await this.open(new URL(link, this.location));
    return this.location;
  }

  /** Requests a page, follows redirects, and returns its HTML. */
  async open(url: URL, body?: URLSearchParams): Promise<string> {
    if (this.#stopAt !== undefined && url.href.startsWith(this.#stopAt)) {
      this.location = url;
      return '';
    }
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: this.cookiesFor(url) },
      signal: this.#signal,
      ...(body && { method: 'POST', body }),
    });
    this.#keepCookies(response.headers.getSetCookie());
    const next = response.headers.get('location');
    const html = await response.text();
    if (next !== null) return this.open(new URL(next, url));
    if (!response.ok) throw new Error(`The page ${url.pathname} answered ${response.status}.`);
    this.location = url;
    return html;
  }

  async #submitForm(html: string): Promise<string> {
    const form = /<form[^>]*\baction="([^"]*)"[^>]*>([^]*?)<\/form>/.exec(html);
    const fields = new URLSearchParams();
    for (const [input] of form?.[2]?.matchAll(/<input\b[^>]*>/g) ?? []) {
      const [name, value] = ['name', 'value'].map((key) => new RegExp(`\\b${key}="([^"]*)"`).exec(input)?.[1]);
      if (name !== undefined) fields.append(name, value ?? typed[name] ?? '');
    }
    return this.open(new URL(form?.[1] ?? '', this.location), fields);
  }

  #keepCookies(headers: readonly string[]): void {
    for (const header of headers) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      const path = /; *path=([^;]*)/i.exec(header)?.[1] ?? '/';
      if (value === '') this.#cookies.delete(`${name} ${path}`);
      else this.#cookies.set(`${name} ${path}`, { name, value, path });
    }
  }

  /** What it shows a page of its cookies. */
  cookiesFor(url: URL): string {
    const sent = [...this.#cookies.values()].filter(({ path }) => url.pathname.startsWith(path));
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}
