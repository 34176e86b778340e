import { describe, expect, test } from '@jest/globals';
import { loopbackRedirect } from '@latchkey/core/node';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { visit } from './browser.js';
import { authorizationUrl, begin, freePort, isFree } from './loopback-scene.js';

const { signal } = new AbortController();

describe('a loopback redirect', () => {
  test('gives the whole URL that the browser was sent to', async () => {
    const { redirectUri, done, url, port } = await begin();
    expect(url).toBe(authorizationUrl.href);
    expect(redirectUri).toBe(`http://127.0.0.1:${port}/callback`);
    const query = 'code=a%2Bb%2Fc%3D&state=x+y&iss=https%3A%2F%2Fid.example.org';
    expect((await visit(`${redirectUri}?${query}`)).status).toBe(200);
    expect(await done).toBe(`${redirectUri}?${query}`);
    expect(await isFree(port)).toBe(true);
  });

  test('answers with a page that holds nothing of the request and may not be kept', async () => {
    const { redirectUri } = await begin();
    const { headers, body } = await visit(`${redirectUri}?code=SECRETCODE&state=SECRETSTATE`);
    expect(body).toContain('You can close this window');
    expect(body).not.toContain('SECRET');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/]{43}='$/,
      ),
      'x-content-type-options': 'nosniff',
      connection: 'close',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('tells the person when the login was declined', async () => {
    const { redirectUri, done } = await begin();
    const { status, body } = await visit(`${redirectUri}?error=access_denied&error_description=%3Cb%3Eno`);
    expect([status, body.includes('declined'), body.includes('<b>no')]).toEqual([200, true, false]);
    expect(await done).toContain('error=access_denied');
  });

  test.each(['127.0.0.1', '[::1]', 'localhost'])('listens on %s', async (host) => {
    const { port, done } = await begin();
    const url = `http://${host}:${port}/callback?code=1`;
    expect((await visit(url)).status).toBe(200);
    expect(await done).toBe(`http://127.0.0.1:${port}/callback?code=1`);
  });

  test('needs no browser of ours: what it throws ends the login, that there is none does not', async () => {
    const broken = new Error('no screen');
    const redirect = loopbackRedirect({ openBrowser: () => Promise.reject(broken), showUrl: () => undefined });
    await expect(redirect(async () => authorizationUrl, { redirectUri: undefined, signal })).rejects.toBe(broken);
    const silent = loopbackRedirect({ openBrowser: async () => true, showUrl: () => Promise.reject(broken) });
    await expect(silent(async () => authorizationUrl, { redirectUri: undefined, signal })).rejects.toBe(broken);
    const { redirectUri, done } = await begin({ openBrowser: async () => false });
    await visit(`${redirectUri}?code=1`);
    await done;
  });

  test('does not mind the cookies of all that ever ran at localhost', async () => {
    const { redirectUri, done } = await begin({}, { redirectUri: 'http://localhost/callback' });
    const headers = { cookie: `session=${'x'.repeat(60_000)}` };
    expect((await visit(`${redirectUri}?code=1`, { headers })).status).toBe(200);
    await done;
  });

  test('opens the page that the flow made', async () => {
    const opened: string[] = [];
    await begin({ openBrowser: (url) => opened.push(url.href) });
    expect(opened).toEqual([authorizationUrl.href]);
  });
});

describe('a request that does not count', () => {
  const code = '/callback?code=1';
  const bad: readonly [string, string, object, number][] = [
    ['another path', '/favicon.ico', {}, 404],
    ['a path that goes on', '/callback/x?code=1', {}, 404],
    ['another case', '/Callback?code=1', {}, 404],
    ['no query', '/callback', {}, 400],
    ['an empty code', '/callback?code=&state=1', {}, 400],
    ['HEAD', code, { method: 'HEAD' }, 405],
    ['POST', code, { method: 'POST' }, 405],
    ['OPTIONS', code, { method: 'OPTIONS' }, 405],
    ['a whole URL for a target', code, { path: `http://127.0.0.1${code}` }, 404],
    ['two slashes', code, { path: `//127.0.0.1${code}` }, 404],
    ['a URL beyond all measure', `/callback?code=${'1'.repeat(135_000)}`, {}, 431],
    ['the name of another site', code, { headers: { host: 'evil.example:PORT' } }, 421],
    ['the name of another site without a port', code, { headers: { host: 'evil.example' } }, 421],
    ['a name that begins like ours', code, { headers: { host: '127.0.0.1:PORT.evil.example' } }, 421],
    ['our name with another port', code, { headers: { host: '127.0.0.1:1' } }, 421],
    ['an image of a page', code, { headers: { 'sec-fetch-dest': 'image' } }, 403],
    ['a prefetch', code, { headers: { 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' } }, 403],
    ['our name without a port', code, { headers: { host: 'localhost' } }, 421],
  ];

  test.each(bad)('for %s is refused, and the login goes on', async (_what, target, options, status) => {
    const { redirectUri, port, done } = await begin();
    const here = JSON.parse(JSON.stringify(options).replaceAll('PORT', String(port)));
    const seen = await visit(`http://127.0.0.1:${port}${target}`, here);
    expect(seen.status).toBe(status);
    if (status === 405) expect(seen.headers.allow).toBe('GET');
    expect((await visit(`${redirectUri}?code=2`)).status).toBe(200);
    expect(await done).toBe(`${redirectUri}?code=2`);
  });

  test.each(['HTTP/1.0\r\n', 'HTTP/1.1\r\nHost:\r\n'])('is one without a name: %j', async (lines) => {
    const { port } = await begin();
    const socket = connect({ host: '127.0.0.1', port });
    socket.write(`GET /callback?code=1 ${lines}\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 421 /);
  });

  test('is the second one, even on a connection that was open before', async () => {
    const { redirectUri, port, done } = await begin();
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    socket.write(`GET /callback?code=2 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`);
    const answered = text(socket).catch(String);
    await visit(`${redirectUri}?code=1`);
    socket.write('\r\n');
    expect(await answered).not.toContain('200 OK');
    expect(await done).toBe(`${redirectUri}?code=1`);
    await expect(visit(`${redirectUri}?code=3`)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('is the second of two at once', async () => {
    const { redirectUri, done } = await begin();
    const visits = [1, 2, 3, 4].map((code) => visit(`${redirectUri}?code=${code}`));
    const seen = await Promise.allSettled(visits);
    const accepted = seen.flatMap((each, index) =>
      each.status === 'fulfilled' && each.value.status === 200 ? [index + 1] : [],
    );
    expect(accepted).toHaveLength(1);
    expect(await done).toBe(`${redirectUri}?code=${accepted[0]}`);
  });
});

describe('the redirect URI', () => {
  test.each(['http://localhost:PORT/callback', 'http://127.0.0.1:PORT', 'http://[::1]:PORT/a/b?fixed=1'])(
    'that the flow gives is kept to the character: %s',
    async (form) => {
      const port = await freePort();
      const wanted = form.replace('PORT', String(port));
      const { redirectUri, done } = await begin({ port: 9, path: '/ignored' }, { redirectUri: wanted });
      expect(redirectUri).toBe(wanted);
      const callback = new URL(wanted);
      callback.searchParams.set('code', '1');
      await visit(callback.href);
      expect(await done).toBe(callback.href);
    },
  );

  test('without a port gets a free one, or that of the options', async () => {
    const { redirectUri, port } = await begin({}, { redirectUri: 'http://localhost' });
    expect(redirectUri).toBe(`http://localhost:${port}`);
    const chosen = await freePort();
    expect((await begin({ port: chosen }, { redirectUri: 'http://localhost/cb' })).redirectUri).toBe(
      `http://localhost:${chosen}/cb`,
    );
    expect((await begin({ path: '/done' })).redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/done$/);
  });

  test.each([
    'https://127.0.0.1:5000/callback',
    'http://app.example.org/callback',
    'http://localhost.evil.example:5000/',
    'http://user:password@localhost:5000/',
    'http://localhost:5000/#part',
    'http://localhost:99999/',
    'http://0.0.0.0:5000/',
    'urn:ietf:wg:oauth:2.0:oob',
    'callback',
  ])('that is not on this machine is a mistake of the program: %s', async (redirectUri) => {
    let started = false;
    const start = async (): Promise<URL> => {
      started = true;
      return authorizationUrl;
    };
    await expect(loopbackRedirect()(start, { redirectUri, signal })).rejects.toThrow(TypeError);
    expect(started).toBe(false);
  });

  test('is made of a port and a path that can be', () => {
    for (const port of [-1, 1.5, 65536, NaN]) expect(() => loopbackRedirect({ port })).toThrow(TypeError);
    for (const path of ['callback', '/a?b', '/a#b', '/a b', ''])
      expect(() => loopbackRedirect({ path })).toThrow(TypeError);
    expect(() => loopbackRedirect({ timeout: -1 })).toThrow(TypeError);
  });
});
