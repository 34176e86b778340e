import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a request was answered with. */
export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks for a URL as it is written, on a connection of its own; rejects when there is no answer. */
export async function visit(url: string, options: RequestOptions = {}): Promise<Seen> {
  const { protocol: _, ...given } = options;
  const sent = request(url, { agent: false, ...given }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}
