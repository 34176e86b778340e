import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Spreads keys over servers as Twemproxy does: a command goes where its first key hashes to, whatever else it names;
 * what it does not know ends the connection.
 */
export class SplittingProxy implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(targets: readonly number[]): Promise<SplittingProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new SplittingProxy(server);
    server.on('connection', (client) => proxy.#join(client, targets));
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server.close(), 'close');
  }

  #join(client: Socket, targets: readonly number[]): void {
    const servers = targets.map((port) => connect(port, '127.0.0.1'));
    for (const socket of [client, ...servers]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    }
    for (const server of servers) server.on('data', (data) => client.write(data));
    client.on('close', () => servers.forEach((server) => server.destroy()));
    client.on('data', (data) => {
      for (const command of String(data).split(/(?=\*\d+\r\n\$)/)) {
        const key = firstKey(command.split('\r\n').filter((_, index) => index > 0 && index % 2 === 0));
        if (key === undefined) return void client.destroy();
        servers[hash(key) % servers.length]?.write(command);
      }
    });
  }
}

function firstKey([name = '', ...args]: readonly string[]): string | undefined {
  if (name === 'GET') return args[0];
  // The script has lines of its own only by \n, so it is one part.
  return name === 'EVAL' ? args[2] : undefined;
}

/** FNV-1a, as Twemproxy's by default. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
