/** A body as a fetch may give it: a stream of the web or, by node-fetch and what is built on it, one of Node. */
type Body = ReadableStream<Uint8Array> | (AsyncIterable<Uint8Array, undefined> & { destroy?(): unknown });

/** Reads a body piece by piece. */
export interface BodyReader {
  read(): Promise<{ readonly done?: boolean | undefined; readonly value?: Uint8Array | undefined }>;
  /** Lets go of the rest, also while a piece is waited for. */
  cancel(): void;
}

/** Begins to read a body. @throws TypeError when somebody has read it */
export function readerOf(response: Response): BodyReader {
  if (response.bodyUsed)
    throw new TypeError('The fetch in use has read the body of its answer, which it has to leave.');
  const body = response.body as Body | null | undefined;
  if (body && 'getReader' in body) {
    const reader = body.getReader(); // Safari has no iterator for it
    return { read: () => reader.read(), cancel: () => void reader.cancel().catch(() => undefined) };
  }
  const pieces = body ? body[Symbol.asyncIterator]() : textOf(response);
  return { read: () => pieces.next(), cancel: () => discardBody(response) };
}

/** Lets go of a body that nobody reads, so that its connection is free. */
export function discardBody(response: Response): void {
  const body = response.body as Body | null | undefined;
  if (!body) return;
  if ('cancel' in body) void body.cancel().catch(() => undefined);
  else body.destroy?.();
}

/** A fetch without streams, such as that of React Native, has no `body`, while null stands for an empty one. */
async function* textOf(response: Response): AsyncGenerator<Uint8Array, undefined> {
  if ((response.body as unknown) === undefined) yield new TextEncoder().encode(await response.text());
}
