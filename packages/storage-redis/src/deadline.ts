/** Into how many parts a time is cut. */
const parts = 10;

/**
 * Settles like `work`, or rejects after `seconds`: with what `onLate` gives, or else with `TIMEOUT`. Until then it keeps
 * the process alive. Time in which this process itself is held up, since others take the processor, counts only in part:
 * each tenth of the time has a turn of its own, and what has arrived by the last turn is not late.
 */
export function withinSeconds<T>(seconds: number, work: Promise<T>, onLate: () => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    let left = parts;
    let arrivals: NodeJS.Immediate | undefined;
    const timer = setInterval(
      () => {
        left--;
        if (left > 0) return;
        clearInterval(timer);
        arrivals = setImmediate(() => {
          const reason = onLate() as Error | undefined;
          reject(reason ?? Object.assign(new Error('TIMEOUT'), { code: 'TIMEOUT' }));
        });
      },
      (seconds * 1000) / parts,
    );
    const settled = (): void => {
      clearInterval(timer);
      clearImmediate(arrivals);
    };
    work.then(settled, settled);
    work.then(resolve, reject);
  });
}
