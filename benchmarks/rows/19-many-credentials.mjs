import { inTurn } from '../measure/in-turn.mjs';
import { importCandidate } from '../measure/load-candidate.mjs';
import { median } from '../measure/statistics.mjs';
import { plot } from '../report/plot.mjs';
import { format, table } from '../report/table.mjs';

const floor = 'a Map of tokens';
const ours = 'Latchkey';
const all = [1, 10, 100, 1000, 10_000, 100_000];

/** Row 19: growth with the number of credentials in one process. */
export default {
  number: 19,
  title: 'Growth: credentials in one process',
  work: 'Accounts of one flow (`withAccount`), each with a token of about 1 KB that comes from a storage which answers at once. Time to make an account and have its token; memory that is held for each, the token included; then a call for each account in turn, again and again.',
  note: 'The floor is a Map from account to token and expiry, filled in the same way. With one account the memory is mostly what loading and the first use leave behind.',
  measure,
};

async function measure({ rounds, count }) {
  const sizes = count(all, [1, 10, 100]);
  const rows = [];
  const curves = { first: [], bytes: [], warm: [] };
  const constants = {};
  for (const candidate of [floor, ours]) {
    const found = [];
    for (const size of sizes) {
      const name = `${candidate}, ${size}`;
      const { results } = await inTurn({
        row: import.meta.url,
        entries: [{ name, candidate }],
        rounds: rounds(3),
        flags: ['--expose-gc'],
        prepare: async () => ({ size, budget: count(60, 2) }),
      });
      const middle = (key) => median(results.get(name).map((result) => result[key]));
      const [first, bytes, warm] = ['first', 'bytes', 'warm'].map(middle);
      found.push({ size, first, bytes, warm });
      rows.push([candidate, format(size, 0), format(first), format(bytes / 1024), format(warm)]);
      if (candidate === ours) Object.assign(constants, { bytesPerCredential: bytes });
    }
    for (const key of Object.keys(curves)) {
      const points = found
        .filter((one) => one[key] > 0)
        .map((one) => [one.size, key === 'bytes' ? one.bytes / 1024 : one[key]]);
      curves[key].push({ name: candidate, points });
    }
  }
  const x = 'credentials in the process';
  return {
    tables: [table(['candidate', 'credentials', 'first token each, µs', 'memory each, KiB', 'warm call, ns'], rows)],
    plots: [
      {
        file: 'credentials-first.svg',
        svg: plot({ title: 'First token of an account', x, y: 'µs each', series: curves.first }),
      },
      {
        file: 'credentials-memory.svg',
        svg: plot({ title: 'Memory of an account', x, y: 'KiB each', series: curves.bytes }),
      },
      { file: 'credentials-warm.svg', svg: plot({ title: 'A warm call', x, y: 'ns', series: curves.warm }) },
    ],
    goals: [],
    constants,
  };
}

/** In the candidate's process. */
export async function inChild(candidate, { size, budget }) {
  const make = candidate === floor ? mapMaker() : await latchkeyMaker(candidate);
  const before = held();
  const start = performance.now();
  const calls = [];
  for (let index = 0; index < size; index++) {
    const call = make(`account ${index}`);
    if (!(await call()).startsWith(`account ${index} `)) throw new Error('The token is not that of the account.');
    calls.push(call);
  }
  const first = ((performance.now() - start) * 1000) / size;
  const bytes = (held() - before) / size;
  return { first, bytes, warm: await roundRobin(calls, budget) };
}

/** A call for each account in turn, for about `budget` milliseconds, nine times; ns. */
async function roundRobin(calls, budget) {
  const took = [];
  for (let batch = 0; batch < 10; batch++) {
    const start = performance.now();
    let made = 0;
    do {
      for (const call of calls) await call();
      made += calls.length;
    } while (performance.now() - start < budget);
    took.push(((performance.now() - start) * 1e6) / made);
  }
  return median(took.slice(1));
}

const stamp = { version: 1, kind: 'client_credentials', generation: 1 };

async function latchkeyMaker(candidate) {
  const { flowOn, TokenSet } = await importCandidate(candidate);
  const flow = flowOn({
    id: 'benchmark',
    load: async (key) => TokenSet.from({ ...recordOf(key), latchkey: { ...stamp, key } }),
    ...Object.fromEntries(['save', 'delete', 'withLock'].map((name) => [name, unused])),
  });
  return (account) => {
    const sibling = flow.withAccount(account);
    return () => sibling.getAccessTokenRefreshIfNecessary();
  };
}

/** A fresh token is only read. */
async function unused() {
  throw new Error('A token that is fresh was renewed.');
}

function mapMaker() {
  const cache = new Map();
  const load = async (account) => {
    const { access_token: token, expires_at: end } = recordOf(account);
    cache.set(account, { token, until: end * 1000 - 60_000 });
    return token;
  };
  return (account) => async () => {
    const known = cache.get(account);
    return known && known.until > Date.now() ? known.token : load(account);
  };
}

/** A token of 1 KB that names its account; copied, so that none shares memory with another. */
function recordOf(key) {
  const account = decodeURIComponent(key.replace(/^k /, ''));
  const token = Buffer.from(`${account} `.padEnd(1000, 'x')).toString('latin1');
  const now = Math.floor(Date.now() / 1000);
  return { access_token: token, token_type: 'bearer', expires_at: now + 3600, issued_at: now };
}

function held() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
