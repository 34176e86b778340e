import { settled } from '@latchkey/core';

/** What a shell says of a program that a signal has ended. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Lets this program, when it is told to stop, end as soon as the tokens that are on their way to it are stored: one that
 * ends at once takes the only good refresh token with it. A second Ctrl+C ends it at once all the same.
 */
export function endWhenSettled(): void {
  for (const [name, exitCode] of Object.entries(exitCodes)) {
    process.once(name, () => {
      void settled({ signal: AbortSignal.timeout(10_000) }).finally(() => process.exit(exitCode));
    });
  }
}
