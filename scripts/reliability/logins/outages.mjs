/**
 * What befalls all token requests, a storage or a clock while it lasts. `acts` says that the server has acted on what it
 * then answers badly or not at all.
 */
import { faults } from '@latchkey/core/testing';
import { kills } from './kills.mjs';
import { neverSent } from './never-sent.mjs';

const processed = { processed: true };
const acting = { acts: true };
const day = 86_400_000;

const atServer = (name, choose, { acts = / after the server acted$/.test(name) } = {}) => ({
  name,
  acts,
  begin: ({ server, network }) => {
    const fault = choose(network);
    server.nextAnswers({ endpoint: 'token', times: Infinity }, () => fault);
  },
});

const hangs = (name) =>
  atServer(name, (network) => {
    const step = ({ request, closed }) => {
      network.runOut(request.headers['x-request']);
      return closed.then(() => 'cut');
    };
    return name.endsWith('acted') ? { name, after: (_answer, exchange) => step(exchange) } : { name, before: step };
  });

/** Sends the beginning of the answer, and no end. */
const endless = (name) =>
  atServer(
    name,
    (network) => ({
      name,
      send: async ({ status, headers, body }, { request, response, closed }) => {
        response.writeHead(status, headers);
        await new Promise((resolve) => response.write(body.slice(0, -1), resolve));
        network.runOut(request.headers['x-request']);
        await closed;
      },
    }),
    acting,
  );

const silences = [
  hangs('no answer'),
  hangs('no answer after the server acted'),
  atServer('connection cut before the server acted', () => faults.reset()),
  atServer('connection cut after the server acted', () => faults.reset(processed)),
  atServer('status 200 with a page', () => faults.html(200)),
  atServer('status 200 with a page after the server acted', () => faults.html(200, processed)),
  atServer('truncated answer', () => faults.truncate(), acting),
  endless('answer that does not end'),
  atServer('oversized answer', () => faults.oversize(1_200_000), acting),
  atServer('JSON that is no object', () => faults.changeFields(() => ['no', 'object']), acting),
];

const refusalsOfService = [
  atServer('status 503 with a page', () => faults.html(503)),
  atServer('status 503 with a page after the server acted', () => faults.html(503, processed)),
  atServer('status 502 with a page', () => faults.html(502)),
  atServer('status 504 with a page after the server acted', () => faults.html(504, processed)),
  { ...atServer('status 429 with Retry-After', () => faults.retryAfter(30)), asksToWait: 30 },
  atServer('status 403 without a body', () => faults.empty(403)),
  atServer('OAuth error with status 200', () => faults.oauthError('temporarily_unavailable', { status: 200 })),
  atServer('redirect', () => faults.redirect('http://127.0.0.1:9/')),
];

const atStorage = (name, property, value) => ({ name, begin: ({ storage }) => void (storage[property] = value) });

const atHome = [
  { ...atStorage('saves fail', 'failingSaves', Infinity), acts: true },
  atStorage('storage out of reach', 'isAway', true),
  atStorage('the lock is held by somebody else', 'isHeld', true),
  { name: 'storage goes back to before a renewal', begin: ({ goBack }, met) => goBack(met) },
  {
    name: 'clock set back by a day, tokens refused by the API',
    isRefused: true,
    begin: ({ setBack }) => setBack(day),
    end: ({ setBack }) => setBack(0),
  },
];

/** All faults; `folder` is for certificates. `close` ends what listens. */
export async function openOutages(folder) {
  const { outages, close } = await neverSent(folder);
  return { outages: [...silences, ...refusalsOfService, ...outages, ...atHome, ...kills], close };
}
