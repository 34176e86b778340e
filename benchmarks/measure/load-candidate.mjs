/** Loads a candidate's module, and finds the function of it that does a job. */
import { candidates } from '../candidates/list.mjs';

/** Jobs are named as the functions are: `inMemory`, `onFile`, `onRedis`, `withFetch`, `seedFile`. */
export async function loadCandidate(name, job) {
  const { module, make, seeds = module } = candidates[name];
  const isSeed = job.startsWith('seed');
  const functions = await import(`../candidates/${isSeed ? seeds : module}.mjs`);
  return isSeed || job === 'withFetch' ? functions[job] : functions[make ?? job];
}
