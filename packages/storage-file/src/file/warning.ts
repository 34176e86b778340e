/** Tells the person who runs the process, on stderr unless they listen to `process.on('warning')`. */
export function warn(code: string, message: string): void {
  process.emitWarning(message, { type: 'LatchkeyWarning', code });
}

const told = new Set<string>();

/** Tells it once in this process for each `subject`. */
export function warnOnce(code: string, message: string, subject = message): void {
  if (told.has(subject)) return;
  told.add(subject);
  warn(code, message);
}
