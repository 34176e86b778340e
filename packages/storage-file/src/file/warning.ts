/** Tells the person who runs the process, on stderr unless they listen to `process.on('warning')`. */
export function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'LatchkeyWarning', code });
}
