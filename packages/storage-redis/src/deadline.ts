/**
 * Settles like `work`, or rejects with `TIMEOUT` after `seconds`. Until then it keeps the process alive. What has arrived
 * while this process itself was held up is not late.
 */
export function withinSeconds<T>(seconds: number, work: Promise<T>, onLate: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let arrivals: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      arrivals = setImmediate(() => {
        onLate();
        reject(Object.assign(new Error('TIMEOUT'), { code: 'TIMEOUT' }));
      });
    }, seconds * 1000);
    const settled = (): void => {
      clearTimeout(timer);
      clearImmediate(arrivals);
    };
    work.then(settled, settled);
    work.then(resolve, reject);
  });
}
