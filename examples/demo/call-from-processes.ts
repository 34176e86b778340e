import { Caller } from './caller.js';
import type { CallerReport } from './caller-process.js';
import type { Settings } from './settings.js';

/**
 * Starts processes, waits until all of them stand ready, and lets each make its calls at the same moment.
 *
 * @throws the signal's reason; either way no process is left when this is done
 */
export async function callFromProcesses(
  settings: Settings,
  { processes, calls }: { readonly processes: number; readonly calls: number },
  signal: AbortSignal,
): Promise<CallerReport[]> {
  const callers = Array.from({ length: processes }, () => new Caller(settings, signal));
  try {
    await Promise.all(callers.map((caller) => caller.ready));
    return await Promise.all(callers.map((caller) => caller.call(calls)));
  } finally {
    await Promise.all(callers.map((caller) => caller.end()));
  }
}
