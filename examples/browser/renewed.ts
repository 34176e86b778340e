/** `extendedLifetime` lets a renewal end that is under way when the last tab is closed, in browsers that know it. */
const options = { type: 'module', extendedLifetime: true } as const;

const worker = 'SharedWorker' in globalThis ? new SharedWorker('shared-worker.js', options) : undefined;
worker?.port.start();

/** Has the token renewed by the shared worker, if need be; where there is none, the tab renews by itself. */
export async function renewed(): Promise<void> {
  if (!worker) return;
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    worker.onerror = resolve; // it could not be loaded
    worker.port.postMessage('renew', [port2]);
  });
  port1.close();
}
