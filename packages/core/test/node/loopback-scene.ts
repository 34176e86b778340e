import { afterEach } from '@jest/globals';
import { loopbackRedirect, type LoopbackRedirectOptions } from '@latchkey/core/node';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

export const authorizationUrl = new URL('https://id.example.org/authorize?state=xyz');
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const task of cleanUp.splice(0)) await task();
});

/** A login that waits for its redirect. */
export interface Waiting {
  readonly redirectUri: string;
  readonly url: string;
  readonly port: number;
  readonly done: Promise<string>;
}

/** Begins a login and resolves as soon as the person has been shown where to go. */
export async function begin(
  options: LoopbackRedirectOptions = {},
  context: { redirectUri?: string; signal?: AbortSignal } = {},
): Promise<Waiting> {
  const end = new AbortController();
  let redirectUri = '';
  let done = Promise.resolve('');
  const shown = new Promise<URL>((resolve, reject) => {
    const redirect = loopbackRedirect({ openBrowser: false, showUrl: resolve, ...options });
    const start = (uri: string): Promise<URL> => {
      redirectUri = uri;
      return Promise.resolve(authorizationUrl);
    };
    done = redirect(start, { redirectUri: context.redirectUri, signal: context.signal ?? end.signal });
    done.catch(reject);
  });
  const url = (await shown).href;
  cleanUp.push(() => {
    end.abort();
    return done.catch(() => undefined);
  });
  return { redirectUri, url, port: Number(new URL(redirectUri).port), done };
}

/** Takes a port of one address; 0 for any. */
export async function occupy(host: string, port = 0): Promise<number> {
  const server: Server = createServer().listen({ host, port });
  await once(server, 'listening');
  cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as { port: number }).port;
}

/** Whether nobody listens on a port, by either family. */
export const isFree = async (port: number): Promise<boolean> => {
  for (const host of ['127.0.0.1', '::1']) {
    const socket = connect({ host, port });
    try {
      await once(socket, 'connect');
      return false;
    } catch {
      continue;
    } finally {
      socket.destroy();
    }
  }
  return true;
};

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const port = await occupy('127.0.0.1');
  await cleanUp.pop()?.();
  return port;
}
