import type { SignedAssertionOptions } from './assertion-signer.js';
import type { AssertionContext } from './jwt-bearer-flow.js';
import { checkMadeAssertion } from '../options/client-assertion.js';
import { isText } from '../flow/option-forms.js';
import { checkKeySource } from '../options/secret-source.js';
import { lazyPart } from '../platform/lazy-part.js';

const loadSigner = lazyPart(() => import('./assertion-signer.js'));

/**
 * Returns a function that signs a new assertion for each request: for the option `assertion` of `JwtBearerFlow`.
 *
 * @throws TypeError for a missing or malformed option
 * @group Flows
 */
export function signAssertion(options: SignedAssertionOptions): (context: AssertionContext) => Promise<string> {
  if (!isText(options.issuer)) throw new TypeError('issuer must be a non-empty string.');
  checkKeySource('key', options.key);
  checkMadeAssertion(options);
  return async (context) => (await loadSigner()).sign(options, context);
}
