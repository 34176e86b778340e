import { EventEmitter, on, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of what a client sends. */
export type Weather = 'fine' | 'stalled' | 'held' | 'cut before' | 'cut after';

/** Stands between clients and a server on 127.0.0.1, and makes bad weather. */
export class Proxy implements AsyncDisposable {
  readonly port: number;
  /** The ports from which it speaks to the server. */
  readonly localPorts = new Set<number>();
  /** How many connections came. */
  connections = 0;
  #target: number;
  readonly #sockets = new Set<Socket>();
  readonly #changes = new EventEmitter();
  #server: Server | undefined;
  #weather: Weather = 'fine';
  #from = '';
  #times = Infinity;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#join(client));
  }

  static async start(target: number): Promise<Proxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Proxy(server, target);
  }

  /** The same URL, by way of this proxy. */
  url(url: string): string {
    const changed = new URL(url);
    changed.port = String(this.port);
    return changed.href;
  }

  /**
   * Changes the weather for all that is sent from now on, or from the first command on that holds `from`. `cut before`:
   * the server never hears it. `cut after`: the server acts on it, but its reply is lost. `held`: the
   * server acts on it, and replies are kept back until the weather is fine. A cut happens so many times, and then no more.
   */
  set(weather: Weather, from = '', times = Infinity): void {
    this.#times = times;
    this.#weather = weather;
    this.#from = from;
    if (weather === 'fine') this.#changes.emit('fine');
  }

  /** Waits until a client has sent something that holds `text`. */
  async hears(text: string): Promise<void> {
    for await (const [data] of on(this.#changes, 'data')) if ((data as Buffer).includes(text)) return;
  }

  /** How many connections there are. */
  get open(): number {
    return this.#sockets.size / 2;
  }

  /** Waits until there are as many as that. */
  async until(isSo: (open: number) => boolean): Promise<void> {
    while (!isSo(this.open)) await new Promise((resolve) => this.#changes.once('change', resolve));
  }

  /** Leads new connections to another server; those that there are stay. */
  lead(target: number): void {
    this.#target = target;
  }

  /** Cuts all connections and refuses new ones. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server) await once(server.close(), 'close');
  }

  /** Listens again after `refuse`. */
  async accept(): Promise<void> {
    this.set('fine');
    if (this.#server) return;
    this.#server = createServer((client) => this.#join(client)).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.refuse();
  }

  #join(client: Socket): void {
    this.connections++;
    const server = connect(this.#target, '127.0.0.1');
    server.on('connect', () => this.localPorts.add(server.localPort ?? 0));
    const link = { isStalled: false, isHeld: false, losesReply: false };
    client.on('data', (data) => {
      this.#changes.emit('data', data);
      if (this.#weather !== 'fine' && data.includes(this.#from) && this.#times-- > 0) {
        if (this.#weather === 'cut before') return void client.destroy();
        if (this.#weather === 'stalled') link.isStalled = true;
        else if (this.#weather === 'held') link.isHeld = true;
        else link.losesReply = true;
      }
      if (!link.isStalled) server.write(data);
    });
    server.on('data', (data) => {
      if (link.losesReply) client.destroy();
      else if (link.isHeld && this.#weather === 'held') this.#changes.once('fine', () => client.write(data));
      else if (this.#weather !== 'stalled' || this.#from !== '') client.write(data);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          this.#sockets.delete(socket);
          this.#changes.emit('change');
          other.destroy();
        });
    }
  }
}
