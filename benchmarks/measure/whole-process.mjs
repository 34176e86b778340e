/** Times whole processes from outside, in turn. */
import path from 'node:path';
import { candidates } from '../candidates/list.mjs';
import { environmentOf, isPeer } from './in-turn.mjs';
import { addressOf, functionOf } from './load-candidate.mjs';
import { timeNode } from './node-process.mjs';

const cold = path.join(import.meta.dirname, 'cold.mjs');

/**
 * `entries` are `{ name, candidate, job }`, with the `address` of a module where it is not that of the candidate; without
 * a job, a program that only imports what stands at `address`, or nothing. `prepare(entry)` resolves to `{ realm, place }`;
 * `check` is given what a process told, and throws unless it is right. Resolves to name → `{ ms, cpu, mib, lateness }`;
 * lateness is from the token to the end of the process.
 */
export async function wholeProcesses({ server, entries, rounds, prepare, check, node, end = 'exit', timeout = 60 }) {
  const results = new Map(entries.map(({ name }) => [name, []]));
  const failures = new Map();
  const isRight = check ?? ((realm, token, name) => server.check(realm, [token], name));
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries.filter(({ name }) => !failures.has(name))) {
      try {
        const { realm, place } = entry.job ? await prepare(entry) : {};
        const env = environmentOf(entry.candidate, server.certificate);
        const run = await timeNode([cold, end, ...command(entry, realm, place)], { env, node, timeout });
        const { token, result } = judge(entry, run);
        if (entry.job && !run.late) await isRight(realm, token, entry.name);
        results.get(entry.name).push(result);
      } catch (error) {
        if (!isPeer(entry.candidate)) throw new Error(`${entry.name}: ${error.message}`, { cause: error });
        failures.set(entry.name, error.message);
      }
    }
  }
  return { results, failures };
}

function command({ candidate, job, address }, realm, place) {
  if (job === undefined) return address === undefined ? [] : [address];
  const make = functionOf(candidates[candidate].make, job);
  return [address ?? addressOf(candidate), make, JSON.stringify(realm), place ?? ''];
}

function judge({ name }, { output, milliseconds, cpu, ended, late }) {
  if (late) return { result: { ms: milliseconds, mib: undefined, lateness: Infinity } };
  const told = /\{"token.*\}$/.exec(output)?.[0];
  if (told === undefined) throw new Error(`${name} said nothing: ${output.slice(-200)}`);
  const { token, then, resident } = JSON.parse(told);
  return { token, result: { ms: milliseconds, cpu, mib: resident / 1024, lateness: ended - then } };
}
