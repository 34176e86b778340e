import { explainResponse } from '../fetch/explain-response.js';
import { discardBody } from '../platform/response-body.js';
import { asResponse } from '../server/http-exchange.js';
import { type Asking, ask } from './read-document.js';

/** What a resource says when it is asked without a token. */
export interface ResourceChallenge {
  /** Where it describes itself (RFC 9728 section 5.1). */
  readonly resourceMetadata: string | undefined;
  /** The scopes that it wants. */
  readonly scope: string | undefined;
  /** Whether it wants a token at all. */
  readonly isRefusal: boolean;
}

/** Reads an answer that the caller has, or asks for one: a GET without a token, of which only the head is read. */
export async function resourceChallenge(
  url: URL,
  given: Response | undefined,
  asking: Asking,
): Promise<ResourceChallenge> {
  const problem = explainResponse(given ?? (await probe(url, asking)));
  return {
    resourceMetadata: problem?.resourceMetadata,
    scope: problem?.scope,
    isRefusal: problem !== undefined,
  };
}

async function probe(url: URL, { settings, signal }: Asking): Promise<Response> {
  const headOnly: typeof fetch = async (input, init) => {
    const { fetch } = settings;
    const response = await fetch(input, init);
    discardBody(response); // it may be a stream without an end
    const { type, headers: head } = response;
    const status = response.status === 501 ? 405 : response.status; // some know no GET
    return { type, status, headers: head, body: null } as Response; // a Response cannot be made with each status that comes
  };
  return asResponse(await ask(url.href, {}, { settings: { ...settings, fetch: headOnly }, signal }));
}
