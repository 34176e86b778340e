import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';

/** TLS on 127.0.0.1 in front of a server that speaks plain HTTP. */
export class TlsFront implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, behind: number) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    server.on('secureConnection', (socket) => {
      const target = connect(behind, '127.0.0.1');
      socket.pipe(target).pipe(socket);
      for (const [end, other] of [[socket, target] as const, [target, socket] as const]) {
        this.#sockets.add(end);
        end.on('error', () => undefined).on('close', () => other.destroy());
      }
    });
    server.on('tlsClientError', () => undefined);
  }

  static async start(behind: string, options: TlsOptions): Promise<TlsFront> {
    const server = createServer(options).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsFront(server, Number(new URL(behind).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
