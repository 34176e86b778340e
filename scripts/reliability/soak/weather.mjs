/** What goes wrong at the servers of a soak, at random. */
import { faults } from '@latchkey/core/testing';

const processed = { processed: true };

const onTokens = [
  () => faults.html(503),
  () => faults.html(502, processed),
  () => faults.retryAfter(1),
  () => faults.html(200),
  () => faults.empty(400),
  () => faults.empty(200, processed),
  () => faults.changeFields(() => ['no', 'object']),
  () => faults.oauthError('temporarily_unavailable', { status: 200 }),
  () => faults.redirect('http://127.0.0.1:9/'),
  () => faults.contentType('text/plain'),
  () => faults.truncate(),
  () => faults.oversize(1_200_000),
  () => faults.drip(20),
  () => faults.delay(700),
  () => faults.delay(700, processed),
  () => faults.hang(),
  () => faults.hang(processed),
  () => faults.reset(),
  () => faults.reset(processed),
];

const onApi = [() => faults.oauthError('invalid_token', { status: 401 }), () => faults.html(503)];

/** Lets a fault befall one in so many requests for tokens (20) and to the API (30) that a flow makes. */
export function letItRain(server, random) {
  const befall = (kinds, oneIn) => (entry) =>
    entry.headers['x-process'] !== undefined || entry.endpoint === 'api'
      ? random.index(oneIn) === 0
        ? kinds[random.index(kinds.length)]()
        : undefined
      : undefined;
  server.nextAnswers({ endpoint: 'token', times: Infinity }, befall(onTokens, 20));
  server.nextAnswers({ endpoint: 'discovery', times: Infinity }, befall(onTokens.slice(0, 3), 20));
  server.nextAnswers({ endpoint: 'revoke', times: Infinity }, befall(onTokens.slice(0, 3), 10));
  server.nextAnswers({ endpoint: 'api', times: Infinity }, befall(onApi, 30));
}
