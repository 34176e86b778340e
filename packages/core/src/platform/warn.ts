/** Prints a warning as the platform does: through `process.emitWarning` where there is one. */
export function warn(message: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (message: string, type: string) => void } };
  if (process?.emitWarning) process.emitWarning(message, 'LatchkeyWarning');
  else console.warn(message);
}
