const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Somebody wants the demo to end; the reason with which its signal is aborted. */
export class Interruption extends Error {
  override readonly name = 'Interruption';

  constructor(readonly exitCode: number) {
    super('The demo was interrupted.');
  }
}

/** Returns a signal that Ctrl-C aborts, so that the program itself ends, and cleans up on its way. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const [name, exitCode] of Object.entries(exitCodes)) {
    process.on(name, () => controller.abort(new Interruption(exitCode)));
  }
  // Whoever read the output has gone, as in `npm run demo | head`.
  process.stdout.on('error', () => controller.abort(new Interruption(1)));
  return controller.signal;
}
