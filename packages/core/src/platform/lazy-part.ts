import { isErrorLike } from '../errors/error-causes.js';
import { TokenEndpointUnavailableError } from '../errors/index.js';

/**
 * Returns a function that imports a part of this package when it is first needed. A failed import is not kept here: whoever
 * needs the part next tries again, in vain where the runtime keeps it, as most browsers do.
 *
 * @throws TokenEndpointUnavailableError, code `IMPORT_FAILED`: the server was not asked
 */
export function lazyPart<T>(importPart: () => Promise<T>): () => Promise<T> {
  let part: Promise<T> | undefined;
  const load = async (): Promise<T> => {
    assertDescriptors();
    // One file by rollup has it behind what waits for it.
    return (await importPart()) ?? Promise.reject(new Error('it stands behind a top-level await'));
  };
  const forget = (cause: unknown): never => {
    part = undefined;
    const reason = isErrorLike(cause) ? cause.message : String(cause);
    throw new TokenEndpointUnavailableError({
      code: 'IMPORT_FAILED',
      message: `A part of @latchkey/core could not be loaded, so nothing was sent: ${reason}`,
      remedy:
        'If file descriptors ran out, raise `ulimit -n`. If the package was replaced, or the next call fails too, start the ' +
        'program anew. For a browser, bundle it into one file.',
      mayHaveArrived: false,
      cause,
    });
  };
  return () => (part ??= load().catch(forget));
}

/** More files than a part of the published package has. */
const spare = 8;

/** Node 20 and the first of 22 keep a failed import for good: none is begun there for which descriptors are missing. @throws EMFILE, ENFILE */
function assertDescriptors(): void {
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  const { node, bun, deno }: NodeJS.Dict<string> = process?.versions ?? {};
  const fs = process?.getBuiltinModule?.('node:fs');
  if (!fs || !/^2[0-2]\./.test(node ?? '') || (bun ?? deno) !== undefined) return;
  const opened: number[] = [];
  try {
    while (opened.length < spare) opened.push(fs.openSync('/dev/null', 'r'));
  } catch (error) {
    if (/^E[MN]FILE/.test((error as Error).message)) throw error;
  } finally {
    for (const each of opened) fs.closeSync(each);
  }
}
