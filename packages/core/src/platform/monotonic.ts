/**
 * Milliseconds by a clock that is never set. Node's `performance` shows the same one, but its first use loads all that
 * measures, which a process that waits for another's renewal pays before it waits.
 */
export function monotonicNow(): number {
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  if (!process?.hrtime) return performance.now();
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
