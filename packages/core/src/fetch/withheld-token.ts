import { causesOf, isErrorLike } from '../errors/error-causes.js';
import { AuthFlowError } from '../errors/index.js';
import { scrub, scrubError } from '../errors/scrub.js';

/** Returns what fetch threw as it is or, where it tells the token, a copy that does not. */
export function withoutToken(error: unknown, token: string): unknown {
  if (error instanceof AuthFlowError) return error;
  if (!textsOf(error).some((text) => scrub(text, [token]) !== text)) return error;
  const copy = scrubError(error, [token]);
  return isErrorLike(error) && error.name === 'TypeError' ? new TypeError(copy.message, { cause: copy.cause }) : copy;
}

/** What somebody who prints an error may get to see. */
function textsOf(error: unknown): string[] {
  if (typeof error === 'string') return [error];
  return causesOf(error).flatMap((cause) => [cause.message, (cause as Error).stack ?? '', propertiesOf(cause)]);
}

function propertiesOf(error: object): string {
  try {
    return JSON.stringify(error);
  } catch {
    return '';
  }
}
