/** Which cells are played. */
import { SeededRandom } from '../../../packages/core/dist/testing/torture/seeded-random.js';
import { callerKinds, graces, lengths } from './cell.mjs';
import { pairwise } from './pairwise.mjs';

/** What is played in full. */
export const wholeParts = ['Files', 'Redis'].flatMap((storage) =>
  ['device code', 'password'].map((grant) => ({ storage, grant })),
);

const storages = ['Files', 'Redis', 'Memory', 'Keyv'];
const grants = [
  'device code',
  'password',
  'authorization code',
  'refresh token',
  'JWT bearer',
  'token exchange',
  'client credentials',
];

/** All cells of one storage and flow, but that many accounts meet what the server does not act on at one server only. */
export function wholePlan({ storage, grant }, outages) {
  const cells = outages.flatMap((outage, o) =>
    callersOf(outage).flatMap((callers) =>
      lengthsOf(outage).flatMap((length, l) => {
        const isMany = callers.accounts > 1 && !outage.acts;
        const servers = isMany ? [graces[(o + l) % graces.length]] : graces;
        return servers.map((grace) => ({ storage, grant, grace, outage, callers, length }));
      }),
    ),
  );
  return cells;
}

/** Each two of storage, flow, server, outage, callers and length that can meet. */
export function pairsPlan(outages, seed) {
  const dimensions = {
    storage: storages,
    grant: grants,
    grace: graces,
    outage: outages,
    callers: callerKinds,
    length: lengths,
  };
  return pairwise(dimensions, new SeededRandom(seed), isPossible);
}

/** Each outage once, met by one caller of some kind, and what many accounts meet twice: what a test can afford. */
export function shortPlan(outages, seed) {
  const random = new SeededRandom(seed);
  const one = (list) => list[random.index(list.length)];
  const [alone, many] = [
    callerKinds.filter(({ accounts }) => accounts === 1),
    callerKinds.find((kind) => kind.accounts > 1),
  ];
  const cell = (outage, callers, length) => ({
    ...{ storage: one(outage.kills ? ['Files', 'Redis'] : storages), grant: one(grants), grace: one(graces) },
    ...{ outage, callers, length },
  });
  return [
    ...outages.map((outage) => cell(outage, one(callersOf(outage).filter((kind) => alone.includes(kind))), lengths[1])),
    ...['no answer', 'connection cut after the server acted'].map((name) =>
      cell(
        outages.find((outage) => outage.name === name),
        many,
        lengths[0],
      ),
    ),
  ];
}

/** What a flow that gives up after two presentations without an answer cannot survive. */
export function silencesPlan(outages) {
  const [caller] = callerKinds;
  const silences = outages.filter(({ name }) => /^(no answer|connection cut|status 200)/.test(name));
  const part = wholeParts[0];
  return silences.flatMap((outage) =>
    lengths.flatMap((length) => graces.map((grace) => ({ ...part, grace, outage, callers: caller, length }))),
  );
}

function isPossible({ outage, callers, length, storage }) {
  return (
    callersOf(outage).includes(callers) &&
    lengthsOf(outage).includes(length) &&
    (!outage.kills || storage === 'Files' || storage === 'Redis')
  );
}

function callersOf({ kills }) {
  return kills ? callerKinds.slice(0, 1) : callerKinds;
}

/** A process is killed once or twice. */
function lengthsOf({ kills }) {
  return kills ? lengths.slice(0, 2) : lengths;
}
