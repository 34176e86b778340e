/** Loads a candidate's module, and finds the function of it that does a job. */
import { candidates } from '../candidates/list.mjs';

/** Jobs are named as the functions are: `inMemory`, `onFile`, `onRedis`, `withFetch`, `seedFile`. */
export async function loadCandidate(name, job) {
  const { module, make } = candidates[name];
  const functions = await import(`../candidates/${module}.mjs`);
  return job.startsWith('seed') || job === 'withFetch' ? functions[job] : functions[make ?? job];
}
