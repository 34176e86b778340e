/** `extendedLifetime` lets a renewal end that is under way when the last tab is closed, in browsers that know it. */
const options = { type: 'module', extendedLifetime: true } as const;

const worker = 'SharedWorker' in globalThis ? new SharedWorker('shared-worker.js', options) : undefined;
worker?.port.start();
/** Whether the worker could not be loaded, which is said once, perhaps before anybody asks. */
let isBroken = false;
worker?.addEventListener('error', () => (isBroken = true));

/** Has the token renewed by the shared worker, if need be; where there is none, the tab renews by itself. */
export async function renewed(): Promise<void> {
  if (!worker || isBroken) return;
  const { port1, port2 } = new MessageChannel();
  const over = new AbortController(); // else each call would leave a listener behind
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    worker.addEventListener('error', resolve, { signal: over.signal });
    worker.port.postMessage('renew', [port2]);
  });
  over.abort();
  port1.close();
}
