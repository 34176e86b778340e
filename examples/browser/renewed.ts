/** `extendedLifetime` lets a renewal end that is under way when the last tab is closed, in browsers that know it. */
const options = { type: 'module', extendedLifetime: true } as const;

const worker = 'SharedWorker' in globalThis ? new SharedWorker('shared-worker.js', options) : undefined;
worker?.port.start();
/** What says once, perhaps before anybody asks, that the worker could not be loaded. */
const broken = new Promise((resolve) => worker?.addEventListener('error', resolve));

/** Has the token renewed by the shared worker, if need be; where there is none, the tab renews by itself. */
export async function renewed(): Promise<void> {
  if (!worker) return;
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => (port1.onmessage = resolve));
  worker.port.postMessage('renew', [port2]);
  await Promise.race([answered, broken]);
  port1.close();
}
