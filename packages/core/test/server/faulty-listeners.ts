import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createSecureServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** Something that listens on loopback until it is closed. */
export interface Listener {
  readonly port: number;
  /** How many requests were read to their end. */
  readonly requests: () => number;
  readonly close: () => void;
}

async function listen(server: Server, requests = (): number => 0): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Does the same to each connection. */
export const rawListener = (onConnection: (socket: Socket) => void): Promise<Listener> =>
  listen(createServer(onConnection));

/** Speaks HTTP, HTTPS or HTTP/2, and reads each request to its end before it is answered. */
export function httpListener(answer: RequestListener, tls?: ServerOptions, version: 1 | 2 = 1): Promise<Listener> {
  let count = 0;
  const onRequest: RequestListener = (request, response) => {
    request.resume().on('end', () => {
      count++;
      answer(request, response);
    });
  };
  const server =
    version === 2
      ? createHttp2Server(tls ?? {}, onRequest as never)
      : tls
        ? createHttpsServer(tls, onRequest)
        : createHttpServer(onRequest);
  return listen(server, () => count);
}

/** A proxy that answers each `CONNECT` in its way. */
export function proxyListener(answer: (socket: Socket) => void): Promise<Listener> {
  const server = createHttpServer((_request, response) => response.writeHead(500).end());
  server.on('connect', (_request, socket: Socket) => {
    answer(socket);
  });
  return listen(server);
}

/** Listens, but accepts nobody: as soon as its queue is full, the kernel drops who wants to connect. */
export async function deafListener(): Promise<Listener> {
  const program = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('fs').writeSync(1, String(s.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(text);
  const queued: Socket[] = [];
  for (let isConnected = true; isConnected;) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    queued.push(socket);
    await setTimeout(500);
    await setImmediate(); // a busy machine may have been connected all the while
    isConnected = !socket.connecting;
  }
  return {
    port,
    requests: () => 0,
    close: () => {
      for (const socket of queued) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
