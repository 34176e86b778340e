import { loadCandidate } from '../measure/load-candidate.mjs';
import { nanosecondsPerCall } from '../measure/nanoseconds.mjs';
import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { median, ratio } from '../measure/statistics.mjs';
import { timingTable } from '../report/table.mjs';
import { atMost, noWorse } from '../report/verdict.mjs';

/** Row 1: a cached, valid token, awaited call after call. */
export default {
  number: 1,
  title: 'A cached token',
  work: 'A valid token is in memory; it is awaited, call after call.',
  note: 'octokit never looks at an expiry, and aws fromSso and openid-client keep nothing in memory: the first reads its files at each call, the second has no cache and is left out.',
  measure,
};

const reference = 'hand-rolled';
const control = 'control: hand-rolled again';
const entries = [
  'settled promise',
  reference,
  { name: control, candidate: reference },
  'Latchkey',
  'Latchkey before',
  'simple-oauth2',
  'google-auth-library',
  'badgateway',
  'octokit',
  'aws nodeProvider',
  'auth0',
  'msal-node',
  'azure identity',
  'aws fromSso',
];

async function measure({ server, rounds, count, folder }) {
  const { results, failures } = await inTurn({
    row: import.meta.url,
    entries,
    rounds: rounds(7),
    tls: server.certificate,
    prepare: async () => ({ realm: await server.open(), file: `${folder()}/token`, budget: count(15, 1) }),
    async check(entry, { realm }, result) {
      if (result.token !== 'none') await server.check(realm, [result.token], nameOf(entry));
      result.requests = (await server.seen(realm)).requests;
    },
  });
  const requests = (name) => median(results.get(name).map((result) => result.requests));
  const samples = new Map([...results].map(([name, all]) => [name, all.map(({ ns }) => ns)]));
  const ours = samples.get('Latchkey');
  return {
    tables: [
      timingTable({
        samples,
        failures,
        unit: 'ns',
        references: [reference, 'simple-oauth2'],
        more: [{ title: 'requests', of: requests }],
      }),
    ],
    goals: [
      atMost('Latchkey against the hand-rolled cache', ratio(ours, samples.get(reference)), 1, 'x'),
      atMost('Latchkey against simple-oauth2', ratio(ours, samples.get('simple-oauth2')), 0.65, 'x'),
      noWorse(samples, 'Latchkey', { control, reference }),
    ],
    constants: { warmCallNanoseconds: median(ours) },
  };
}

/** In the candidate's process. */
export async function inChild(candidate, { realm, file, budget }) {
  const token = await tokenOf(candidate, realm, file);
  const first = await token();
  return { token: first, ns: await nanosecondsPerCall(token, budget) };
}

async function tokenOf(candidate, realm, file) {
  if (candidate === 'settled promise') {
    const answer = Promise.resolve('none');
    return () => answer;
  }
  if (!candidate.startsWith('aws')) return (await loadCandidate(candidate, 'inMemory'))(realm);
  const seed = await loadCandidate(candidate, 'seedFile');
  seed(realm, file, { ended: false });
  return (await loadCandidate(candidate, 'onFile'))(realm, file);
}
