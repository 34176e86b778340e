import type { ErrorDetails } from '../../errors/index.js';
import { type HttpAnswer, isRedirect } from '../http-exchange.js';
import { printable } from './answer-details.js';

/** What to say of a redirect: where it leads to, and why nobody went there. `undefined` for all other answers. */
export function aboutRedirect(
  { status, leadsTo }: HttpAnswer,
  secrets: readonly string[],
): Required<Pick<ErrorDetails, 'message' | 'remedy'>> | undefined {
  if (!isRedirect(status)) return undefined;
  const target = printable(leadsTo, 300, secrets);
  return {
    message:
      `The server answers with a redirect (status ${status})${target === undefined ? '' : ` to ${target}`}. It is not ` +
      'followed, since what was sent is for the endpoint that was asked and nobody else.',
    remedy:
      'If the endpoint is there now, and you trust that address, give it by the option server. If a page for people is there, ' +
      'a proxy or gateway stands before the server: let this program pass.',
  };
}
