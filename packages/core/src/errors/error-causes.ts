/** An error of any realm: `instanceof` knows only those of its own, and test runners make further ones. */
export interface ErrorLike {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** Tells whether a thrown value is an error, of whichever realm. */
export function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string';
}

/** Lists an error and what caused it, the outermost first; ends where a cause is no error, or at the tenth. */
export function causesOf(error: unknown): ErrorLike[] {
  const causes: ErrorLike[] = [];
  for (let cause = error; isErrorLike(cause) && causes.length < 10; cause = cause.cause) causes.push(cause);
  return causes;
}
