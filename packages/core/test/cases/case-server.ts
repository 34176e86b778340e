import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CaseAnswer, CaseRequest } from './case.js';

/** A request as it came. */
export interface SeenRequest extends CaseRequest {
  readonly headers: Readonly<Record<string, string>>;
}

/** A server on loopback that answers as a row says, and nothing else. */
export class CaseServer implements AsyncDisposable {
  readonly origin: string;
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  readonly #left = new Map<string, CaseAnswer[]>();

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<CaseServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CaseServer(server);
  }

  /** Forgets what was asked, and answers as this row says. */
  load(answers: readonly CaseAnswer[]): void {
    this.seen.length = 0;
    this.#left.clear();
    for (const answer of answers) this.#left.set(answer.to, [...(this.#left.get(answer.to) ?? []), answer]);
  }

  /** Writes the server's own origin in place of `$server`, at whatever depth. */
  filled<T>(value: T): T {
    return JSON.parse(JSON.stringify(value).replaceAll('$server', this.origin)) as T;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const headers = request.headers as Record<string, string>;
    const isJson = headers['content-type']?.startsWith('application/json') ?? false;
    const form = fieldsOf(request.method === 'GET' ? url.searchParams : new URLSearchParams(isJson ? '' : text));
    this.seen.push({ to: url.pathname, form, headers, ...(isJson && { json: JSON.parse(text) as unknown }) });
    const left = this.#left.get(url.pathname) ?? [];
    const answer = left.length > 1 ? left.shift() : left[0];
    send(response, answer && this.filled(answer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** What a row does not speak of is not there. */
function send(response: ServerResponse, answer: CaseAnswer | undefined): void {
  const { status = 200, headers = {}, json, form, text } = answer ?? { status: 404 };
  const type = form ? 'application/x-www-form-urlencoded' : json === undefined ? undefined : 'application/json';
  const body =
    text ?? (form && new URLSearchParams(form).toString()) ?? (json === undefined ? '' : JSON.stringify(json));
  response.writeHead(status, { ...(type !== undefined && { 'content-type': type }), ...headers }).end(body);
}

function fieldsOf(form: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const all = form.getAll(name);
      return [name, all.length > 1 ? all : (all[0] ?? '')];
    }),
  );
}
