/** Runs the candidates of a row in turn, round after round (A B C A B C …), each in a process of its own. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { candidates } from '../candidates/list.mjs';
import { runNode } from './node-process.mjs';

const child = path.join(import.meta.dirname, 'child.mjs');
const clock = pathToFileURL(path.join(import.meta.dirname, 'movable-clock.mjs')).href;

/**
 * `entries` are names of candidates, or `{ name, candidate, … }` for one that stands in the table under another name, or
 * with a smaller count of `rounds`. Each has `prepare(entry)` called before its turn, whose result is the child's
 * parameters, and `check(entry, parameters, result)` after it. Resolves to name → results of all rounds. A peer that
 * fails is told and left out from then on; a floor or Latchkey that fails ends the benchmark.
 */
export async function inTurn({
  row,
  entries,
  rounds,
  prepare,
  check,
  movableClock = false,
  flags = [],
  tls,
  node,
  timeout,
}) {
  const results = new Map(entries.map((entry) => [nameOf(entry), []]));
  const failures = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      const name = nameOf(entry);
      const candidate = entry.candidate ?? name;
      if (failures.has(name) || round >= (entry.rounds ?? rounds)) continue;
      try {
        const parameters = await prepare(entry);
        const preload = movableClock ? ['--import', clock] : [];
        const args = [...flags, ...preload, child, row, candidate, JSON.stringify(parameters)];
        const { output } = await runNode(args, { env: environmentOf(candidate, tls), node, timeout });
        const result = JSON.parse(output.slice(output.lastIndexOf('\nRESULT ') + 8));
        await check?.(entry, parameters, result);
        results.get(name).push(result);
      } catch (error) {
        if (!isPeer(candidate)) throw new Error(`${name}: ${error.message}`, { cause: error });
        failures.set(name, error.message);
      }
    }
  }
  return { results, failures };
}

/** Only those that insist on TLS pay for reading certificates: Node 20 reads those of this variable when it starts. */
export function environmentOf(candidate, certificate) {
  return { NODE_EXTRA_CA_CERTS: candidates[candidate]?.tls ? certificate : undefined };
}

/** The name under which an entry stands in tables. */
export function nameOf(entry) {
  return entry.name ?? entry;
}

/** Floors and Latchkey are no peers. */
export function isPeer(candidate) {
  return candidate in candidates && !/^(Latchkey|bare|hand-rolled)/.test(candidate);
}
