import { inTurn, nameOf } from '../measure/in-turn.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { nanosecondsPerCall } from '../measure/nanoseconds.mjs';
import { nodeBinary, versionOfNode } from '../measure/node-binary.mjs';
import { ratio } from '../measure/statistics.mjs';
import { timingTable } from '../report/table.mjs';
import { atMost, noWorse } from '../report/verdict.mjs';

/** Row 3: a request with the token, the network replaced by a function that answers at once. */
export default {
  number: 3,
  title: 'Authorised fetch',
  work: 'A GET with one plain header, sent by the wrapper of each; the network is a function that answers at once, so that only the wrapper is measured. That the token arrives is checked.',
  note: 'Peers whose request methods bring an HTTP client of their own cannot be measured without a network.',
  measure,
};

const reference = 'hand-rolled';
const control = 'control: hand-rolled again';
const ours = 'Latchkey';
const before = 'Latchkey before';
const entries = ['the stub alone', reference, { name: control, candidate: reference }, ours, before, 'badgateway'];

async function measure({ server, rounds, count }) {
  const tables = [];
  const goals = [];
  for (const major of [20, 24]) {
    const node = await nodeBinary(major);
    const version = await versionOfNode(node);
    const { results, failures } = await inTurn({
      row: import.meta.url,
      entries,
      rounds: rounds(7),
      node,
      prepare: async () => ({ realm: await server.open(), budget: count(15, 1) }),
      check: (entry, { realm }, { token }) => token === 'none' || server.check(realm, [token], nameOf(entry)),
    });
    const samples = new Map([...results].map(([name, all]) => [name, all.map(({ ns }) => ns)]));
    const against = (name) => ratio(samples.get(ours), samples.get(name));
    const references = [reference, before, 'badgateway'];
    tables.push(`Node ${version}:`, timingTable({ samples, failures, unit: 'ns', references }));
    if (major === 24)
      goals.push(atMost(`Latchkey against hand-rolled, Node ${version}`, against(reference), 1.35, 'x'));
    else goals.push(noWorse(samples, ours, { control, reference, what: `, Node ${version}` }));
    goals.push(atMost(`Latchkey against badgateway, Node ${version}`, against('badgateway'), 0.1, 'x'));
  }
  return { tables, goals };
}

/** In the candidate's process. */
export async function inChild(candidate, { realm, budget }) {
  const answer = new Response('ok');
  let last;
  const stub = async (input, init) => {
    last = init?.headers ?? input.headers;
    return answer;
  };
  const isStub = candidate === 'the stub alone';
  const send = isStub ? stub : (await loadCandidate(candidate, 'withFetch'))(realm, stub);
  const url = 'https://api.example.org/files';
  const request = () => send(url, { headers: { accept: 'application/json' } });
  await request();
  const headers = new Headers(last);
  if (headers.get('accept') !== 'application/json') throw new Error('The header of the request was lost.');
  const token = isStub ? 'none' : headers.get('authorization').replace('Bearer ', '');
  return { token, ns: await nanosecondsPerCall(request, budget) };
}
