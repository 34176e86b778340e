import { explainResponse } from '@latchkey/core';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What a download may be told. */
export interface DownloadOptions {
  /** Sends the token: `flow.asFetch()`. */
  readonly fetch: typeof globalThis.fetch;
  /** Told of each piece: bytes so far, and bytes in all where the server says so. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads to a file, piece by piece. The file appears when it is complete, and not at all when something fails.
 *
 * @throws UnauthenticatedError, UnauthorizedError, Error for another status, what the network and the disk throw
 */
export async function download(url: string, file: string, options: DownloadOptions): Promise<void> {
  const { fetch, onProgress, signal } = options;
  const response = await fetch(url, signal ? { signal } : {});
  const problem = explainResponse(response);
  if (problem) throw problem;
  if (!response.ok || !response.body) throw new Error(`${url}: status ${response.status}.`);
  const length = response.headers.get('content-length');
  const isPlain = response.headers.get('content-encoding') === null; // else the length is that of the packed form
  const total = length !== null && isPlain ? Number(length) : undefined;
  let received = 0;
  const counted = new Transform({
    transform(piece: Buffer, _encoding, pass) {
      received += piece.length;
      onProgress?.(received, total);
      pass(null, piece);
    },
  });
  const part = `${file}.${randomUUID()}.part`;
  try {
    const written = createWriteStream(part, { flags: 'wx', flush: true });
    await pipeline(response.body, counted, written, { signal });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
