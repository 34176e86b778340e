import type { ParentLine } from './parent-line.js';
import type { SteppingStorage } from './stepping-storage.js';

/** Makes a `fetch` that stops when the request is on its way, and when the whole answer is there. */
export function steppingFetch(line: ParentLine, storage: SteppingStorage): typeof globalThis.fetch {
  return async (input, init) => {
    const fetching = fetch(input, init);
    fetching.catch(() => undefined); // it may fail before anybody waits for it
    await line.stopAt({ point: 'redeem', ...storage.hold });
    const { status, headers, body } = await fetching;
    const text = body === null ? null : await new Response(body).text();
    await line.stopAt({ point: 'merge', ...storage.hold });
    return new Response(text, { status, headers });
  };
}
