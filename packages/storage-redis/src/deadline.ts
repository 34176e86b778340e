/** Settles like `work`, or rejects with `TIMEOUT` after `seconds`. Until then it keeps the process alive. */
export function withinSeconds<T>(seconds: number, work: Promise<T>, onLate: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onLate();
      reject(Object.assign(new Error('TIMEOUT'), { code: 'TIMEOUT' }));
    }, seconds * 1000);
    const settled = (): void => clearTimeout(timer);
    work.then(settled, settled);
    work.then(resolve, reject);
  });
}
