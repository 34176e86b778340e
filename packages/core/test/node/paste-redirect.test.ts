import { describe, expect, test } from '@jest/globals';
import { RedirectTimeoutError, RedirectUnavailableError } from '@latchkey/core';
import { pasteRedirect } from '@latchkey/core/node';
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { failureOf } from './written-files.js';

const authorizationUrl = new URL('https://id.example.org/authorize?client_id=a&state=x%2By%26');
const redirectUri = 'http://localhost:1/';
const oob = 'urn:ietf:wg:oauth:2.0:oob';
const { signal } = new AbortController();
const start = (): Promise<URL> => Promise.resolve(authorizationUrl);

/** Logs in by pasting `pasted`, and returns the callback and all that was printed. */
async function paste(pasted: string, to = redirectUri): Promise<{ callback: string; printed: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(pasted);
  const callback = await pasteRedirect({ input, output, prompt: 'Well? ' })(start, { redirectUri: to, signal });
  return { callback, printed: await text(output.end()) };
}

describe('a redirect that is pasted', () => {
  test('is asked for after the URL of the login', async () => {
    const { printed } = await paste('c\n');
    expect(printed).toMatch(/^To log in, open\n\n {2}https:\S+state=x%2By%26\n\nWell\? $/);
  });

  test.each([
    `${redirectUri}?code=a%2Bb%2Fc&state=x%2By%26`,
    `${redirectUri}?error=access_denied&state=1`,
    `HTTP://localhost:1/?code=1`,
    'https://other.example.org/?code=1',
    `${redirectUri}?state=1#code=%zz`,
  ])('is kept as it is when it is a whole URL: %s', async (url) => {
    expect((await paste(`  ${url} \r\n`)).callback).toBe(url);
  });

  test.each([
    ['a bare code', 'SplxlOBeZQQYbYS6WxSbIA', 'SplxlOBeZQQYbYS6WxSbIA'],
    ['a code of base64', 'a+b/c==', 'a+b/c=='],
    ['a code out of a URL', 'a%2Bb%2Fc%3D', 'a+b/c='],
    ['a code with a percent sign', '100%', '100%'],
    ['a code with escapes of no text', 'a%ff', 'a%ff'],
    ['a code with a colon', 'abc:def', 'abc:def'],
  ])('gets the state of the login when it is %s', async (_what, pasted, code) => {
    const callback = new URL((await paste(pasted)).callback);
    expect(callback.origin + callback.pathname).toBe(redirectUri);
    expect([...callback.searchParams]).toEqual([
      ['code', code],
      ['state', 'x+y&'],
    ]);
  });

  test('works for redirect URIs of every kind', async () => {
    expect((await paste('1', oob)).callback).toBe(`${oob}?code=1&state=x%2By%26`);
    expect((await paste(`${oob}?code=1&state=2`, oob)).callback).toBe(`${oob}?code=1&state=2`);
    expect((await paste('1', 'http://localhost:1/?x=1')).callback).toBe(
      'http://localhost:1/?x=1&code=1&state=x%2By%26',
    );
  });

  test('is asked for until there is one', async () => {
    const { callback, printed } = await paste('\n \r\n\nthe code');
    expect(callback).toContain('code=the+code');
    expect(printed.match(/Well/g)).toHaveLength(4);
  });
});

describe('a redirect that is not pasted', () => {
  test('ends with the input', async () => {
    for (const pasted of ['', '\n\n']) {
      expect(await failureOf(paste(pasted))).toBeInstanceOf(RedirectTimeoutError);
    }
  });

  test('is not waited for where the input is closed already', async () => {
    const input = new PassThrough();
    input.end().resume();
    await once(input, 'close');
    const failed = pasteRedirect({ input, output: new PassThrough() })(start, { redirectUri, signal });
    expect(await failureOf(failed)).toBeInstanceOf(RedirectUnavailableError);
  });

  test('ends with the signal, for its reason', async () => {
    const caller = new AbortController();
    const [input, output] = [new PassThrough(), new PassThrough()];
    const failed = pasteRedirect({ input, output })(start, { redirectUri, signal: caller.signal });
    await once(output, 'readable');
    const reason = new Error('never mind');
    caller.abort(reason);
    expect(await failureOf(failed)).toBe(reason);
    expect(input.listenerCount('end')).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  test('needs a redirect URI, and passes on what start throws', async () => {
    const redirect = pasteRedirect({ input: new PassThrough(), output: new PassThrough() });
    await expect(redirect(start, { redirectUri: undefined, signal })).rejects.toThrow(TypeError);
    const fault = new Error('no metadata');
    await expect(redirect(() => Promise.reject(fault), { redirectUri, signal })).rejects.toBe(fault);
  });
});

test('a program that has read a pasted redirect ends by itself, with its input still open', async () => {
  const program = `
    import { pasteRedirect } from '@latchkey/core/node';
    const { signal } = new AbortController();
    const start = async () => new URL('https://id.example.org/?state=s');
    console.log(await pasteRedirect()(start, { redirectUri: 'http://localhost:1/', signal }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: import.meta.dirname });
  const [said, shown, exited] = [text(child.stdout), text(child.stderr), once(child, 'exit')];
  child.stdin.write('the-code\n');
  expect((await exited)[0]).toBe(0);
  expect(await said).toBe('http://localhost:1/?code=the-code&state=s\n');
  expect(await shown).toContain('  https://id.example.org/?state=s\n');
});
