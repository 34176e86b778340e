import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A sentinel that says what a test wants. */
export class FakeSentinel implements AsyncDisposable {
  /** What it says of the primary. */
  port = 0;
  epoch = 1;
  flags = 'master';
  /** What it says instead, as Redis writes it: `-NOAUTH …`. */
  refusal: string | undefined;
  /** Whether it keeps silent. */
  isSilent = false;
  /** How often it was asked. */
  questions = 0;
  readonly address: { host: string; port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('data', () => this.#answer(socket));
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeSentinel> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakeSentinel(server);
  }

  /** How many connections to it are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server.close(), 'close');
  }

  #answer(socket: Socket): void {
    this.questions++;
    if (this.isSilent) return;
    if (this.refusal !== undefined) return void socket.write(`${this.refusal}\r\n`);
    const said = { ip: '127.0.0.1', port: this.port, flags: this.flags, 'config-epoch': this.epoch };
    const words = Object.entries(said).flat().map(String);
    socket.write(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`);
  }
}
