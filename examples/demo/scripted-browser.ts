interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** What a person would type into the pages of the embedded server. */
const typed: Readonly<Record<string, string>> = { login: 'ada', password: 'any' };

/** Opens a page, and fills in and sends each form that comes, as a person would who approves the login. */
export async function approveInBrowser(page: string, signal: AbortSignal): Promise<void> {
  const browser = new ScriptedBrowser(signal);
  let html = await browser.open(new URL(page));
  for (let forms = 0; /<form/.test(html); forms++) {
    if (forms === 10) throw new Error('The pages of the authorization server come to no end.');
    html = await browser.submitForm(html);
  }
}

class ScriptedBrowser {
  readonly #cookies = new Map<string, Cookie>();
  readonly #signal: AbortSignal;
  #location = new URL('about:blank');

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Requests a page, follows redirects, and returns its HTML. */
  async open(url: URL, body?: URLSearchParams): Promise<string> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: this.#cookiesFor(url) },
      signal: this.#signal,
      ...(body && { method: 'POST', body }),
    });
    this.#keepCookies(response.headers.getSetCookie());
    const next = response.headers.get('location');
    const html = await response.text();
    if (next !== null) return this.open(new URL(next, url));
    if (!response.ok) throw new Error(`The page ${url.pathname} answered ${response.status}.`);
    this.#location = url;
    return html;
  }

  async submitForm(html: string): Promise<string> {
    const form = /<form[^>]*\baction="([^"]*)"[^>]*>([^]*?)<\/form>/.exec(html);
    const fields = new URLSearchParams();
    for (const [input] of form?.[2]?.matchAll(/<input\b[^>]*>/g) ?? []) {
      const [name, value] = ['name', 'value'].map((key) => new RegExp(`\\b${key}="([^"]*)"`).exec(input)?.[1]);
      if (name !== undefined) fields.append(name, value ?? typed[name] ?? '');
    }
    return this.open(new URL(form?.[1] ?? '', this.#location), fields);
  }

  #keepCookies(headers: readonly string[]): void {
    for (const header of headers) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      const path = /; *path=([^;]*)/i.exec(header)?.[1] ?? '/';
      if (value === '') this.#cookies.delete(`${name} ${path}`);
      else this.#cookies.set(`${name} ${path}`, { name, value, path });
    }
  }

  #cookiesFor(url: URL): string {
    const sent = [...this.#cookies.values()].filter(({ path }) => url.pathname.startsWith(path));
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}
