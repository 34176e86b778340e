import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A load balancer on 127.0.0.1: each request goes to the next of several ports. */
export class RoundRobin implements AsyncDisposable {
  readonly url: string;
  /** Which port answered what: `4711 GET /login`, without the query. */
  readonly answered: string[] = [];
  /** Ports of 127.0.0.1. */
  readonly targets: number[] = [];
  readonly #server: Server;
  #count = 0;

  private constructor(server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    server.on('request', (incoming, response) => {
      const { method, url = '', headers } = incoming;
      const port = this.targets[this.#count++ % this.targets.length];
      this.answered.push(`${port} ${method} ${url.split('?')[0]}`);
      const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    });
  }

  static async start(): Promise<RoundRobin> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RoundRobin(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
