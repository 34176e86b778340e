import { AuthFlowError, TokenEndpointUnavailableError } from '../errors/index.js';
import { UnusableKeyError } from '../crypto/private-key.js';
import { scrubError } from '../errors/scrub.js';

/** A secret, or a function that fetches it whenever it is needed. @group Options */
export type SecretSource<T> = T | (() => T | Promise<T>);

/**
 * Reads an option that may be a function.
 *
 * @throws TokenEndpointUnavailableError, code `CLIENT_SECRET_UNAVAILABLE`, when the function fails or returns
 * something else; an AuthFlowError that it throws, such as a missing environment variable, is passed on, and so is
 * what is wrong with a private key that `signAssertion` was given.
 */
export async function readSecret<T extends string | object>(
  name: string,
  source: SecretSource<T>,
  types: readonly string[] = ['string'],
): Promise<T> {
  if (typeof source !== 'function') return source;
  try {
    const value: unknown = await (source as () => T | Promise<T>)();
    if (!types.includes(typeof value) || value === null) throw new TypeError(`It returned no ${types.join(' or ')}.`);
    return value as T;
  } catch (error) {
    if (error instanceof AuthFlowError || error instanceof UnusableKeyError) throw error;
    throw new TokenEndpointUnavailableError({
      code: 'CLIENT_SECRET_UNAVAILABLE',
      message: `The function given as ${name} failed, so nothing was sent.`,
      remedy: 'Restore the source of the secret and try again.',
      cause: scrubError(error),
    });
  }
}
