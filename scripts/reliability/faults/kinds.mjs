/**
 * What goes wrong in a round: what a server or the network does to the round's first token request (or, where it lasts,
 * to all of them), what a storage does, and a clock that is set back.
 */
import { faults } from '@latchkey/core/testing';

const processed = { processed: true };
/** Seconds; more than any of these takes unless it never ends. */
const short = 0.5;
const day = 86_400_000;

const atServer = (name, fault, more = {}) => ({
  name,
  strike: ({ server }) => strikeAnswers(server, 1, fault),
  ...more,
});
const lasting = (name, fault) => ({ name, strike: ({ server }) => strikeAnswers(server, Infinity, fault) });

export const faultKinds = [
  { name: 'nothing', strike: () => undefined },
  atServer('status 503', faults.html(503)),
  atServer('status 503 after the server acted', faults.html(503, processed)),
  atServer('status 429 with Retry-After', faults.retryAfter(30)),
  atServer('HTML with status 200', faults.html(200)),
  atServer('HTML with status 200 after the server acted', faults.html(200, processed)),
  atServer('empty body, status 400', faults.empty(400)),
  atServer('empty body, status 403', faults.empty(403)),
  atServer(
    'JSON that is no object',
    faults.changeFields(() => ['no', 'object']),
  ),
  atServer('OAuth error with status 200', faults.oauthError('temporarily_unavailable', { status: 200 })),
  atServer('redirect', faults.redirect('http://127.0.0.1:9/')),
  atServer('wrong content type', faults.contentType('text/plain')),
  atServer('truncated body', faults.truncate()),
  atServer('oversized body', faults.oversize(1_200_000)),
  atServer('endless body', endless(), { timeout: short }),
  atServer('body that drips for longer than the timeout', faults.drip(60), { timeout: short }),
  atServer('no answer', faults.hang(), { timeout: short }),
  atServer('no answer after the server acted', faults.hang(processed), { timeout: short }),
  atServer('connection cut before the server acted', faults.reset()),
  atServer('connection cut after the server acted', faults.reset(processed)),
  lasting('status 503, while it lasts', faults.html(503)),
  lasting('connection cut before the server acted, while it lasts', faults.reset()),
  lasting('connection cut after the server acted, while it lasts', faults.reset(processed)),
  { name: 'a save fails once', strike: ({ storage }) => void (storage.failingSaves = 1) },
  { name: 'saves fail, while it lasts', strike: ({ storage }) => void (storage.failingSaves = Infinity) },
  { name: 'storage out of reach', strike: ({ storage }) => void (storage.isAway = true) },
  { name: 'the lock is held by somebody else', lockTimeout: 0.1, strike: ({ holdLock }) => holdLock() },
  { name: 'clock set back by a day', setBack: day, strike: () => undefined },
];

function strikeAnswers(server, times, fault) {
  const isOurs = ({ headers }) => headers['x-process'] !== undefined;
  server.nextAnswers({ endpoint: 'token', times }, (entry) => (isOurs(entry) ? fault : undefined));
}

/** Sends the body, and goes on with blanks until the client leaves. */
function endless() {
  return {
    name: 'endless body',
    send: async ({ status, headers, body }, { response }) => {
      response.writeHead(status, headers);
      response.write(body);
      const more = setInterval(() => response.write(' '.repeat(1000)), 5);
      response.once('close', () => clearInterval(more));
    },
  };
}
