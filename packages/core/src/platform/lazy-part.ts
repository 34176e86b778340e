import { TokenEndpointUnavailableError } from '../errors/index.js';

/**
 * Returns a function that imports a part of this package when it is first needed. A failed import is not kept: whoever
 * needs the part next tries again.
 *
 * @throws TokenEndpointUnavailableError, code `IMPORT_FAILED`: the server was not asked
 */
export function lazyPart<T>(importPart: () => Promise<T>): () => Promise<T> {
  let part: Promise<T> | undefined;
  return () =>
    (part ??= importPart().catch((cause: unknown) => {
      part = undefined;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TokenEndpointUnavailableError({
        code: 'IMPORT_FAILED',
        message: `A part of @latchkey/core could not be loaded, so nothing was sent: ${reason}`,
        remedy:
          'If file descriptors ran out, close what is not used, or raise `ulimit -n`; else see whether the files of the ' +
          'package are in place. The next call tries again; on Node 20, which keeps a failed import, only a restart does.',
        mayHaveArrived: false,
        cause,
      });
    }));
}
