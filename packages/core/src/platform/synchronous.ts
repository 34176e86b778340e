/** Returns what a hook returned, unless that is a promise: nobody would wait for it. @throws TypeError */
export function synchronous(returned: unknown): Readonly<Record<string, unknown>> {
  const { then } = Object(returned) as { then?: unknown };
  if (typeof then === 'function') {
    Promise.resolve(returned).catch(() => undefined);
    throw new TypeError('It returned a promise; it has to be synchronous.');
  }
  return Object(returned) as Readonly<Record<string, unknown>>;
}
