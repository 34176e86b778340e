import { shared } from './process-registry.js';

/** Prints a warning as the platform does: through `process.emitWarning` where there is one. */
export function warn(message: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (message: string, type: string) => void } };
  if (process?.emitWarning) process.emitWarning(message, 'LatchkeyWarning');
  else console.warn(message);
}

/** As `warn`, but once in a process. */
export function warnOnce(message: string): void {
  const told = shared('warnings', () => new Set<string>());
  if (told.has(message)) return;
  told.add(message);
  warn(message);
}
