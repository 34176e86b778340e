/** Loads a candidate's module, and finds the function of it that does a job. */
import { candidates } from '../candidates/list.mjs';

/** The address of a candidate's module. */
export function addressOf(name) {
  const { module, before } = candidates[name];
  const folder = before ? '../node_modules/.latchkey-before/candidates' : '../candidates';
  return new URL(`${folder}/${module}.mjs`, import.meta.url).href;
}

/** All that a candidate's module exports. */
export function importCandidate(name) {
  return import(addressOf(name));
}

/** Jobs are named as the functions are: `inMemory`, `onFile`, `onRedis`, `withFetch`, `seedFile`. */
export async function loadCandidate(name, job) {
  const { make, seeds } = candidates[name];
  if (job.startsWith('seed') && seeds) return (await import(`../candidates/${seeds}.mjs`))[job];
  const functions = await importCandidate(name);
  return functions[functionOf(make, job)];
}

/** What a candidate's function for a job is called. */
export function functionOf(make, job) {
  return /^(seed|with)/.test(job) ? job : (make ?? job);
}
