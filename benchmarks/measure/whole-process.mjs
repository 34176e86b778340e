/** Times whole processes from outside, in turn. */
import path from 'node:path';
import { candidates } from '../candidates/list.mjs';
import { environmentOf, isPeer } from './in-turn.mjs';
import { runNode } from './node-process.mjs';

const cold = path.join(import.meta.dirname, 'cold.mjs');

/**
 * `entries` are `{ name, candidate, job }`; without a candidate, an empty program. `prepare(entry)` resolves to
 * `{ realm, place }`. Resolves to name → `{ ms, mib, lateness }`; lateness is from the token to the end of the process.
 */
export async function wholeProcesses({ server, entries, rounds, prepare, node, end = 'exit', timeout = 60 }) {
  const results = new Map(entries.map(({ name }) => [name, []]));
  const failures = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries.filter(({ name }) => !failures.has(name))) {
      try {
        const { realm, place } = entry.candidate ? await prepare(entry) : {};
        const env = environmentOf(entry.candidate, server.certificate);
        const run = await runNode([cold, end, ...command(entry, realm, place)], { env, node, timeout });
        results.get(entry.name).push(await judge(server, entry, realm, run));
      } catch (error) {
        if (!isPeer(entry.candidate)) throw new Error(`${entry.name}: ${error.message}`, { cause: error });
        failures.set(entry.name, error.message);
      }
    }
  }
  return { results, failures };
}

function command({ candidate, job }, realm, place) {
  if (candidate === undefined) return [];
  const { module, make } = candidates[candidate];
  const file = new URL(`../candidates/${module}.mjs`, import.meta.url).href;
  return [file, job.startsWith('with') ? job : (make ?? job), JSON.stringify(realm), place ?? ''];
}

async function judge(server, { name, candidate }, realm, { output, milliseconds, ended, late }) {
  if (late) return { ms: milliseconds, mib: undefined, lateness: Infinity };
  const told = /\{"token.*\}$/.exec(output)?.[0];
  if (told === undefined) throw new Error(`${name} said nothing: ${output.slice(-200)}`);
  const { token, then, resident } = JSON.parse(told);
  if (candidate) await server.check(realm, [token], name);
  return { ms: milliseconds, mib: resident / 1024, lateness: Number(ended - BigInt(then)) / 1e6 };
}
