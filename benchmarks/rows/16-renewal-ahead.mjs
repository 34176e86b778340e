import { beforeOf } from '../candidates/list.mjs';
import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { median } from '../measure/statistics.mjs';
import { format, timingTable } from '../report/table.mjs';
import { atMost, noWorse } from '../report/verdict.mjs';

const ours = 'Latchkey';
const reference = 'hand-rolled';
const control = 'control: Latchkey again';
const entries = [
  reference,
  ours,
  { name: control, candidate: ours },
  beforeOf(ours),
  'google-auth-library',
  'badgateway',
  'auth0',
  'msal-node',
];

/** Row 16: renewal while calls go on. */
export default {
  number: 16,
  title: 'Renewal while calls go on',
  work: 'One call after the other while the clock of the process moves through the lives of 20 tokens, each from 70 % of its life to past its end in steps of 1 %; the server answers after 20 ms. The longest call, beside the longest of as many calls while no token ends.',
  note: 'Client credentials, for which Latchkey renews ahead by default; google-auth-library has a refresh token in their place.',
  measure,
};

async function measure({ server, rounds, count }) {
  const { results, failures } = await inTurn({
    row: import.meta.url,
    entries,
    rounds: rounds(5),
    movableClock: true,
    tls: server.certificate,
    prepare: async () => ({ realm: await server.open({ delay: 20 }), ends: count(20, 2) }),
    async check(entry, { realm, ends }, result) {
      await server.check(realm, result.tokens, nameOf(entry));
      result.requests = (await server.seen(realm)).requests;
      if (result.requests < ends) throw new Error(`${result.requests} requests for ${ends} ends of tokens`);
    },
  });
  const of = (key) => new Map([...results].map(([name, all]) => [name, all.map((result) => result[key])]));
  const [across, without] = [of('across'), of('without')];
  const times = (name) => median(across.get(name).map((ms, round) => ms / without.get(name)[round]));
  const more = [
    { title: 'longest without, median, ms', of: (name) => format(median(without.get(name))) },
    { title: 'x the longest without', of: (name) => `${format(times(name))}x` },
    { title: 'requests', of: (name) => median(results.get(name).map(({ requests }) => requests)) },
  ];
  return {
    tables: [timingTable({ samples: across, failures, unit: 'ms', references: [reference], more })],
    goals: [
      atMost('Latchkey, longest call across the ends against the longest without', times(ours), 2, 'x'),
      noWorse(across, ours, { control, reference: ours }),
    ],
  };
}

const steps = 31;
const pause = 3;

/** In the candidate's process. A step of the clock takes 3 ms, so that 20 % of a life are longer than a request. */
export async function inChild(candidate, { realm, ends }) {
  const token = (await loadCandidate(candidate, 'inMemory'))(realm);
  const tokens = new Set([await token()]);
  globalThis.moveClock(2 * realm.lifetime);
  tokens.add(await token()); // what is loaded by the first renewal is not the matter here
  const walk = async (step) => {
    let longest = 0;
    for (let life = 0; life < ends; life++) {
      if (step > 0) {
        // Each life begins with a new token, whenever a candidate has renewed the one before.
        globalThis.moveClock(2 * realm.lifetime);
        tokens.add(await token());
      }
      globalThis.moveClock(0.7 * step * 100);
      for (let part = 0; part < steps; part++) {
        const until = performance.now() + pause;
        do {
          const start = performance.now();
          tokens.add(await token());
          longest = Math.max(longest, performance.now() - start);
          await new Promise(setImmediate);
        } while (performance.now() < until);
        globalThis.moveClock(step);
      }
    }
    return longest;
  };
  const without = await walk(0);
  return { without, across: await walk(realm.lifetime / 100), tokens: [...tokens] };
}
