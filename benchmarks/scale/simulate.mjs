/**
 * Simulates many hosts on a Redis Cluster and writes docs/scale.md: `node benchmarks/scale/simulate.mjs [--seed 1]
 * [--hosts 10000] [--tenants 1000] [--shards 12] [--quick]`. Needs no installation. What was measured comes from
 * constants.json beside it, which `npm run bench` writes; what is assumed is an option or stands below.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { generator } from '../measure/generator.mjs';
import { format, table } from '../report/table.mjs';
import { shareThatEnds, tokenEndpointDown } from './outage.mjs';
import { renewAll } from './renewal.mjs';

const number = (usual) => ({ type: 'string', default: String(usual) });
const { values } = parseArgs({
  options: {
    seed: number(1),
    hosts: number(10_000),
    tenants: number(1000),
    shards: number(12),
    lifetime: number(3600),
    'calls-per-second': number(0.1),
    'token-seconds': number(0.1),
    'round-trip': number(0.0005),
    quick: { type: 'boolean', default: false },
  },
});
const given = (name) => Number(values[name]);
const measured = JSON.parse(readFileSync(path.join(import.meta.dirname, 'constants.json'), 'utf8'));
const { bytesPerCredential, commandsPerSecond, recordBytes, renewalCommands, warmCallNanoseconds } = measured;
const scene = {
  hosts: values.quick ? 200 : given('hosts'),
  tenants: values.quick ? 10 : given('tenants'),
  shards: given('shards'),
  lifetime: given('lifetime'),
  callsPerSecond: given('calls-per-second'),
  roundTrip: given('round-trip'),
  answerSeconds: given('token-seconds') + 4 * given('round-trip'),
  renewalCommands,
};
const capacity = scene.shards * commandsPerSecond;
const share = (commands, of = capacity) => `${format((100 * commands) / of)} %`;

const page = [introduction(), memory(), renewals(), shardFailure(), endpointDown(), conclusions()].join('\n\n');
if (values.quick) console.log(page);
else writeFileSync(path.join(import.meta.dirname, '../../docs/scale.md'), `${page}\n`);
if (!values.quick) console.log('docs/scale.md was written.');

function introduction() {
  const { hosts, tenants, shards, lifetime, callsPerSecond } = scene;
  const rows = [
    ['hosts, one process each', format(hosts, 0), 'given'],
    ['tenants (credentials), each used by each host', format(tenants, 0), 'given'],
    ['shards of the Redis Cluster', shards, 'given'],
    ['lifetime of a token, s', lifetime, 'given'],
    ['calls a second, of a host for a tenant', callsPerSecond, 'given'],
    ['answer of the token endpoint, s', given('token-seconds'), 'given'],
    ['round trip to Redis, s', scene.roundTrip, 'given'],
    ['commands a second of a shard', format(commandsPerSecond), 'measured: one client, 100 under way'],
    ['bytes of a record in Redis', format(recordBytes, 0), 'measured'],
    ['commands of a renewal', renewalCommands, 'measured'],
    ['bytes of a credential in a process', format(bytesPerCredential, 0), 'measured, 1 KB of token included'],
    ['a warm call, ns', format(warmCallNanoseconds), 'measured'],
  ];
  return `# Scale

A model of a large installation: a token for each tenant, used by all hosts, in one Redis Cluster. What one process and
one Redis cost was measured by [the benchmark](performance.md); the rest is simulated from how the library behaves, by
\`node benchmarks/scale/simulate.mjs\`, which writes this page (seed ${values.seed}; each assumption is an option). It is a
model: no cluster of this size was run, and a demand beyond what Redis can do is told as such, not slowed down.

On this page: [at rest](#at-rest), [a renewal of all tenants](#a-renewal-of-all-tenants), [a shard that fails](#a-shard-fails), [the token endpoint
down for ten minutes](#the-token-endpoint-is-down-for-ten-minutes), and [what follows](#what-follows).

Client credentials: a token past 80 % of its life, or up to 0.5 % earlier, is renewed by a call that finds it so, while
callers still get it (\`renewAhead\`). One lease in Redis lets one host renew; a host whose renewal ahead failed, or that
found the lease taken, tries again by a call 10 s later at the earliest, and asks a server that keeps failing ever more
rarely. The option \`retry\` is off. All tokens were issued in the same second, as after a deployment of everything.

${table(['what', 'value', 'from'], rows)}`;
}

function memory() {
  const { hosts, tenants, shards, callsPerSecond, lifetime } = scene;
  const rows = [
    ['memory of a process for all tenants, MiB', format((tenants * bytesPerCredential) / 2 ** 20)],
    ['memory of a shard for its records, MiB', format((tenants * recordBytes) / shards / 2 ** 20)],
    ['time of a host for warm calls, % of a core', format(tenants * callsPerSecond * warmCallNanoseconds * 1e-7)],
    ['Redis commands of a warm call', 0],
    ['Redis commands a second, on average', format((hosts * tenants) / (0.8 * lifetime))],
    ['token requests a second, on average', format(tenants / (0.8 * lifetime))],
  ];
  return `## At rest

${table(['what', 'value'], rows)}

The average is one GET by each host for each tenant and life. It says little: what matters is when they come.`;
}

function renewals() {
  const spread = 0.005;
  const scenarios = [
    ['as it is: each tenant up to 0.5 % of the life earlier', { host: 0, tenant: spread }, 'leave'],
    ['without that jitter', { host: 0, tenant: 0 }, 'leave'],
    ['each tenant up to 10 % earlier', { host: 0, tenant: 0.1 }, 'leave'],
    ['each host up to 10 % earlier', { host: 0.1, tenant: 0 }, 'leave'],
    ['without jitter, and if hosts waited at the lock', { host: 0, tenant: 0 }, 'stay'],
  ];
  const rows = scenarios.map(([name, jitter, waiting]) => {
    const herd = renewAll(scene, { jitter, waiting }, generator(given('seed')));
    const { requestsInBusiestSecond, commandsInBusiestSecond, waiters, commandsOfOneHerd } = herd;
    return [
      name,
      format(requestsInBusiestSecond, 0),
      share(commandsInBusiestSecond),
      format(waiters, 0),
      `${format(commandsOfOneHerd)} (${format(commandsOfOneHerd / commandsPerSecond)} s)`,
    ];
  });
  const head = [
    'when a token is renewed',
    'token requests in the busiest second',
    'busiest second of Redis, of its capacity',
    'hosts that find the lock of a tenant taken',
    'their commands, for the largest herd (time of a shard)',
  ];
  return `## A renewal of all tenants

One token request for each tenant, whatever happens. The first host that calls when a token is due ahead renews it; those
that call while it does so find the lock taken and leave, with the present token; all later ones find the new token by one
GET. A call that needs the token (a new host, a token that was refused, or renewal ahead switched off) waits at the lock
instead; the release wakes all who wait, and each finds the new token by one more GET, without a turn of its own. Where
the renewal failed they take turns, of which each wakes all the others: about n² commands for n waiters.

${table(head, rows)}`;
}

function shardFailure() {
  const { hosts, tenants, shards, lifetime, callsPerSecond } = scene;
  const [outage, rest] = [15, 10];
  const affected = Math.ceil(tenants / shards);
  const callers = hosts * affected;
  // The first try of a host comes with its first call, the next ones 10 s later with the next call.
  const firstTries = callers * (1 - Math.exp(-callsPerSecond * outage));
  const secondTries = callers * (1 - Math.exp(-callsPerSecond * Math.max(0, outage - rest)));
  const rows = [
    ['tenants on the shard', affected],
    ['seconds until its replica takes over', outage],
    ['attempts to renew that fail meanwhile, at most', format(firstTries + secondTries)],
    ['the same a second', format((firstTries + secondTries) / outage)],
    ['calls of running hosts that get no token', 0],
    ['seconds that the outage might last before any does', format(0.2 * lifetime)],
  ];
  return `## A shard fails

At the worst moment, when its tenants are due. Callers are given the present token, which has a fifth of its life left; a
host that starts during the outage has none, and its calls fail with \`StorageUnavailableError\` for the tenants of this shard.

${table(['what', 'value'], rows)}`;
}

function endpointDown() {
  const { hosts, lifetime } = scene;
  const seconds = 600;
  const random = generator(given('seed'));
  const cases = [
    ['answers 503 after 50 ms', 0.05],
    ['refuses connections, 2 ms', 0.002],
    ['does not answer for 20 s (`timeout`)', 20],
  ];
  const rows = cases.map(([name, failure]) => {
    const one = tokenEndpointDown(scene, { seconds, failure }, random);
    const { requestsPerSecond, busiest, commandsPerSecond: demanded } = one;
    return [name, format(requestsPerSecond), format(busiest), share(demanded)];
  });
  const head = ['the endpoint', 'requests a second, on average', 'in the busiest second', 'of the capacity of Redis'];
  const ends = shareThatEnds(scene, { seconds, before: Math.min(60, lifetime / 10) });
  const ahead = shareThatEnds(scene, { seconds, before: 0.2 * lifetime });
  return `## The token endpoint is down for ten minutes

From the moment at which tokens are due. Each of ${format(hosts, 0)} hosts spares the server after five failures in a row, for all its
tenants together and for a minute at most; a call for each tenant, every 10 s at the earliest, still looks into Redis
whether somebody else has renewed.

${table(head, rows)}

With renewal ahead, ${format(100 * ahead, 0)} % of the tokens end during the outage, wherever in their lives it finds them: all
calls are served. Where a refresh token is redeemed, renewal ahead is off by default, tokens are renewed
${Math.min(60, lifetime / 10)} s before their end, and ${format(100 * ends, 0)} % end during the outage; their calls fail until it is over.`;
}

function conclusions() {
  return `## What follows

- The steady load is small; the moments are not. All hosts find a token due at the same moment, and all tenants whose tokens
  were issued together are due together. The half per cent by which they differ spreads them over
  ${format(0.005 * scene.lifetime)} s.
- Where that burst is still too much for the token endpoint, stagger deployments. It spreads further with every life, since
  each renewal is issued at another moment.
- Where refresh tokens are redeemed, switch \`renewAhead\` on in services: then nobody waits at the lock.
- An outage of the token endpoint is met by each host for itself: hosts do not tell each other. What is left of it at Redis
  are the looks, one for each host and tenant at a time.`;
}
