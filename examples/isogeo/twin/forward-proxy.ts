import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** An HTTP proxy on 127.0.0.1 that notes what goes through it: `POST http://…` or `CONNECT host:port`. */
export class ForwardProxy implements AsyncDisposable {
  /** Method and target of each request that came. */
  readonly seen: string[] = [];
  /** Ports of 127.0.0.1 that stand for hosts, such as `id.example.test:443`. */
  readonly hosts = new Map<string, number>();
  readonly url: string;
  readonly #server: Server;
  readonly #tunnels = new Set<Duplex>();

  private constructor(server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    server.on('request', (incoming, response) => this.#pass(incoming, response));
    server.on('connect', (incoming: IncomingMessage, socket: Duplex) => this.#connect(incoming, socket));
  }

  static async start(): Promise<ForwardProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ForwardProxy(server);
  }

  /** Cuts everything that goes through it, and frees the port. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#tunnels) socket.destroy();
    await closed;
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url = '', headers } = incoming;
    this.seen.push(`${method} ${url}`);
    const outgoing = request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  }

  #connect({ url = '' }: IncomingMessage, socket: Duplex): void {
    this.seen.push(`CONNECT ${url}`);
    const target = connect(this.hosts.get(url) ?? Number(url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    for (const [end, other] of [[socket, target] as const, [target, socket] as const]) {
      this.#tunnels.add(end);
      end.on('error', () => undefined).on('close', () => other.destroy());
    }
  }
}
