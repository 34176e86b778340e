import { describe, expect, test } from '@jest/globals';
import { RedirectTimeoutError, RedirectUnavailableError } from '@latchkey/core';
import { loopbackRedirect } from '@latchkey/core/node';
import { TestClock } from '@latchkey/core/testing';
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { visit } from './browser.js';
import { authorizationUrl, begin, freePort, isFree, occupy } from './loopback-scene.js';
import { failureOf } from './written-files.js';

const quiet = { openBrowser: false, showUrl: () => undefined } as const;

describe('a loopback redirect that ends without a callback', () => {
  test('does so after five minutes, or the time that it was given', async () => {
    for (const [timeout, milliseconds] of [
      [undefined, 300_000],
      [20, 20_000],
      [Infinity, 2 ** 31 - 1],
    ] as const) {
      const clock = new TestClock();
      const { done, port } = await begin({ timeout, clock });
      await clock.untilSleeping();
      expect(clock.sleeping).toEqual([milliseconds]);
      await clock.advance(milliseconds - 1);
      expect(await isFree(port)).toBe(false);
      await clock.advance(1);
      expect(await failureOf(done)).toBeInstanceOf(RedirectTimeoutError);
      expect(await isFree(port)).toBe(true);
    }
  });

  test('passes on the reason of the signal, at once and with open connections', async () => {
    const caller = new AbortController();
    const clock = new TestClock();
    const { done, port } = await begin({ clock }, { signal: caller.signal });
    const idle = connect({ host: '::1', port });
    await once(idle, 'connect');
    const reason = new Error('never mind');
    caller.abort(reason);
    expect(await failureOf(done)).toBe(reason);
    idle.on('error', () => undefined);
    if (!idle.closed) await once(idle, 'close');
    expect(await isFree(port)).toBe(true);
    expect(clock.sleeping).toEqual([]);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  test('listens to nothing when the signal has fired before', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    const port = await freePort();
    let started = false;
    const start = async (): Promise<URL> => {
      started = true;
      return authorizationUrl;
    };
    const error = await failureOf(loopbackRedirect({ port })(start, { redirectUri: undefined, signal }));
    expect([error.message, started]).toEqual(['too late', false]);
  });

  test('passes on what start throws, and lets go of the port', async () => {
    const port = await freePort();
    const fault = new Error('no metadata');
    for (const start of [
      () => Promise.reject(fault),
      () => {
        throw fault;
      },
    ]) {
      const { signal } = new AbortController();
      const error = await failureOf(loopbackRedirect({ port, ...quiet })(start, { redirectUri: undefined, signal }));
      expect(error).toBe(fault);
      expect(await isFree(port)).toBe(true);
    }
  });

  test('waits for a start that hangs only until it is aborted', async () => {
    const caller = new AbortController();
    const hanging = (): Promise<URL> => {
      setImmediate(() => caller.abort(new Error('enough')));
      return new Promise(() => undefined);
    };
    const error = await failureOf(loopbackRedirect(quiet)(hanging, { redirectUri: undefined, signal: caller.signal }));
    expect(error.message).toBe('enough');
  });

  test('holds no timer and no listener after its callback either', async () => {
    const caller = new AbortController();
    const clock = new TestClock();
    const { redirectUri, done } = await begin({ clock }, { signal: caller.signal });
    await visit(`${redirectUri}?code=1`);
    await done;
    expect(clock.sleeping).toEqual([]);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });
});

describe('a port', () => {
  test.each(['127.0.0.1', '::1'])('that is taken on %s is told of before anybody is asked', async (host) => {
    const port = await occupy(host);
    let started = false;
    const start = async (): Promise<URL> => {
      started = true;
      return authorizationUrl;
    };
    const redirectUri = `http://localhost:${port}/callback`;
    const error = await failureOf(
      loopbackRedirect(quiet)(start, { redirectUri, signal: new AbortController().signal }),
    );
    expect(error).toBeInstanceOf(RedirectUnavailableError);
    expect(error.message).toContain(`port ${port} of localhost`);
    expect(error).toMatchObject({ code: 'REDIRECT_UNAVAILABLE', cause: { code: 'EADDRINUSE' } });
    expect(started).toBe(false);
  });

  test('that another program has on ::1 alone is free for a login at 127.0.0.1', async () => {
    const port = await occupy('::1');
    const { redirectUri, done } = await begin({}, { redirectUri: `http://127.0.0.1:${port}/callback` });
    await visit(`${redirectUri}?code=1`);
    expect(await done).toContain('code=1');
  });

  test('of a login that is over can be taken by the next', async () => {
    const port = await freePort();
    for (let login = 0; login < 3; login++) {
      const { redirectUri, done } = await begin({ port });
      await visit(`${redirectUri}?code=${login}`);
      expect(await done).toBe(`${redirectUri}?code=${login}`);
    }
  });
});

describe('a program that has logged in', () => {
  const program = `
    import { loopbackRedirect } from '@latchkey/core/node';
    const { signal } = new AbortController();
    let uri;
    const redirect = loopbackRedirect({ openBrowser: false, timeout: 60 });
    const done = redirect(async (given) => { uri = given; return new URL('https://id.example.org/?a=1&b=2'); }, { redirectUri: undefined, signal });
    setTimeout(() => console.log(uri), 100).unref();
    console.log((await done).slice(uri.length));
  `;

  test('was kept alive by nothing but the wait, shows the URL on stderr, and ends by itself', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const shown = text(child.stderr);
    const exited = once(child, 'exit');
    const [redirectUri] = (await once(child.stdout, 'data')) as [Buffer];
    const said = text(child.stdout);
    await visit(`${String(redirectUri).trim()}?code=1`);
    expect((await exited)[0]).toBe(0);
    expect(await said).toBe('?code=1\n');
    expect(await shown).toContain('  https://id.example.org/?a=1&b=2\n');
  });
});
