/** Milliseconds by a clock that is never set: that of `performance`, whose first use loads all that measures. */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
