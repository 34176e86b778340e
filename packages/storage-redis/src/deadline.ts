/** Settles like `work`, or rejects with `TIMEOUT` after `seconds`. Until then it keeps the process alive. */
export async function withinSeconds<T>(seconds: number, work: Promise<T>, onLate: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      onLate();
      reject(Object.assign(new Error('TIMEOUT'), { code: 'TIMEOUT' }));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
