import fc from 'fast-check';
import { chatterOf, marks } from './marks.js';

/** What a server, or what stands between, does with a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the network does instead of delivering it whole. */
  readonly failure: 'none' | 'cut' | 'thrown' | 'refused' | 'no error';
}

const statuses = fc.oneof(
  { weight: 8, arbitrary: fc.constant(200) },
  { weight: 4, arbitrary: fc.constantFrom(400, 400, 401, 403) },
  { weight: 3, arbitrary: fc.constantFrom(201, 204, 206, 302, 307, 404, 408, 418, 425, 429, 500, 502, 503, 599, 999) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
);

const latin = chatterOf(...Object.values(marks)).map((text) => text.replace(/[^\x20-\x7e]/g, '_'));
const headers = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Record<string, string>>({ 'content-type': 'application/json' }) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        'content-type': fc.oneof(fc.constantFrom('', 'text/html', 'application/json;charset=latin1', 'x/y'), latin),
        'retry-after': fc.constantFrom('0', '5', '-1', '1e9', '9'.repeat(400), 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT'),
        'www-authenticate': fc.oneof(fc.constant('Basic realm="x"'), latin),
        'dpop-nonce': latin,
        location: fc.constantFrom('https://elsewhere.example/', '::', ''),
        date: fc.constantFrom('Thu, 01 Jan 1970 00:00:00 GMT', 'yesterday'),
      },
      { requiredKeys: [] },
    ),
  },
);

const failures = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Answer['failure']>('none') },
  { weight: 1, arbitrary: fc.constantFrom<Answer['failure']>('cut', 'thrown', 'refused', 'no error') },
);

/** Answers with such a body. */
export function answers(body: fc.Arbitrary<string>): fc.Arbitrary<Answer> {
  return fc.record({ status: statuses, headers, body, failure: failures }, { noNullPrototype: true });
}

/** Does to a request what the answer says. Errors of the network quote what was sent. */
export async function deliver({ status, headers, body, failure }: Answer, init?: RequestInit): Promise<Response> {
  const sent = `socket: ${new URLSearchParams(init?.body as string)} ${new Headers(init?.headers).get('authorization')}`;
  const told = new Error(sent, { cause: new Error(sent) });
  if (failure === 'thrown') throw told;
  if (failure === 'refused') throw Object.assign(new TypeError(sent, { cause: told }), { code: 'ECONNREFUSED' });
  if (failure === 'no error') throw sent as unknown as Error;
  const whole = status === 204 || status === 205 || status === 304 ? null : failure === 'cut' ? cut(body, told) : body;
  if (status <= 599) return new Response(whole, { status, headers });
  const response = new Response(whole, { headers }); // fetch itself delivers such a status, its constructor does not
  return Object.defineProperty(response, 'status', { value: status });
}

function cut(body: string, error: Error): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(body.slice(0, body.length / 2)));
      controller.error(error);
    },
  });
}
