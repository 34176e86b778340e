import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { isErrorLike } from '../../errors/error-causes.js';
import { RedirectUnavailableError } from '../../errors/index.js';
import { scrubError } from '../../errors/scrub.js';
import type { LoopbackAddress } from './loopback-address.js';

/** A server on this machine only. */
export interface LoopbackListener {
  readonly port: number;
  /** Closes its connections as well; resolves when the port is free again. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 and ::1, on one port, since `localhost` may mean either: whoever held the other one would get
 * the codes. A machine without IPv6 has nobody there; to any other host nobody is sent but there.
 *
 * @throws RedirectUnavailableError
 */
export async function listenOnLoopback(
  { host, port }: LoopbackAddress,
  handle: RequestListener,
): Promise<LoopbackListener> {
  const [first, second] = host === '[::1]' ? ['::1', '127.0.0.1'] : ['127.0.0.1', '::1'];
  for (let attempt = 1; ; attempt++) {
    const servers: Server[] = [];
    try {
      servers.push(await listen(first, port, handle));
      const actual = (servers[0]?.address() as AddressInfo).port;
      const other = await listen(second, actual, handle).catch(host === 'localhost' ? orNothing : () => undefined);
      if (other) servers.push(other);
      return { port: actual, close: () => closeAll(servers) };
    } catch (error) {
      await closeAll(servers);
      if (port === 0 && attempt < 8 && codeOf(error) === 'EADDRINUSE') continue;
      throw new RedirectUnavailableError({
        message: `The redirect cannot be received here: port ${port} of ${host} cannot be had (${String(codeOf(error))}).`,
        cause: scrubError(error),
      });
    }
  }
}

async function listen(host: string, port: number, handle: RequestListener): Promise<Server> {
  const { createServer } = process.getBuiltinModule('node:http'); // a program that asks nobody to log in needs no server
  const server = createServer({ maxHeaderSize: 131_072 }, handle); // cookies of all that ever ran at localhost
  // Not shared with the other workers of a cluster, who know nothing of this login.
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  return server;
}

function orNothing(error: unknown): undefined {
  if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(String(codeOf(error)))) throw error;
}

function codeOf(error: unknown): unknown {
  return isErrorLike(error) ? error.code : undefined;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    }),
  );
}
