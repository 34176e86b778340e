import type { FlowSettings } from '../options/flow-settings.js';
import { causesOf } from '../errors/error-causes.js';
import { DiscoveryError, TokenEndpointUnavailableError } from '../errors/index.js';
import { asResponse, exchange, type HttpAnswer, requestInit } from './http-exchange.js';
import { type FoundMetadata, lifetimeOfAnswer } from './kept-metadata.js';
import { aboutNetworkFailure } from './no-answer.js';
import { loadOpenidClient } from './load-openid-client.js';
import { scrubError } from '../errors/scrub.js';
import { secureUrl } from '../platform/urls.js';
import { detailsOf, isTransient, readObject } from './endpoint-answer.js';

/**
 * Finds the server's endpoints: those given by the option `server`, else published for the issuer (OpenID Connect
 * Discovery section 4, else RFC 8414 section 3).
 *
 * @throws TokenEndpointUnavailableError when the server cannot be reached; DiscoveryError when it publishes nothing
 * usable; InsecureTransportError when it publishes an endpoint that is neither HTTPS nor on loopback.
 */
export async function discover(settings: FlowSettings): Promise<FoundMetadata> {
  const { issuer = '', server } = settings;
  if (server) {
    const metadata = {
      issuer: server.issuer ?? new URL(server.tokenEndpoint).origin,
      token_endpoint: server.tokenEndpoint,
      ...(server.deviceAuthorizationEndpoint && { device_authorization_endpoint: server.deviceAuthorizationEndpoint }),
      ...(server.authorizationEndpoint && { authorization_endpoint: server.authorizationEndpoint }),
      ...(server.pushedAuthorizationRequestEndpoint && {
        pushed_authorization_request_endpoint: server.pushedAuthorizationRequestEndpoint,
      }),
      ...(server.revocationEndpoint && { revocation_endpoint: server.revocationEndpoint }),
      ...(server.introspectionEndpoint && { introspection_endpoint: server.introspectionEndpoint }),
      ...(server.userinfoEndpoint && { userinfo_endpoint: server.userinfoEndpoint }),
    };
    return { metadata, lifetime: Infinity };
  }
  const expected = new URL(issuer);
  const found =
    (await fetchMetadata(expected, 'oidc', settings)) ?? (await fetchMetadata(expected, 'oauth2', settings));
  if (!found) throw new DiscoveryError({ message: `${expected.origin} publishes no metadata for this issuer.` });
  const published = [found.metadata, found.metadata.mtls_endpoint_aliases ?? {}].flatMap((each) =>
    Object.entries<unknown>(each),
  );
  for (const [name, value] of published) {
    if (name.endsWith('_endpoint') && typeof value === 'string') checkEndpoint(value, `The server's ${name}`);
  }
  return found;
}

function checkEndpoint(url: string, name: string): void {
  try {
    secureUrl(url, name);
  } catch (error) {
    if (error instanceof TypeError) throw new DiscoveryError({ message: error.message }); // not the caller's mistake
    throw error;
  }
}

/** Returns `undefined` when the server has no such document. */
async function fetchMetadata(
  issuer: URL,
  algorithm: 'oidc' | 'oauth2',
  { clientId, clock, fetch, headers, timeout }: FlowSettings,
): Promise<FoundMetadata | undefined> {
  let answer: HttpAnswer | undefined;
  const openid = await loadOpenidClient();
  try {
    const configuration = await openid.discovery(issuer, clientId, undefined, openid.None(), {
      algorithm,
      execute: [openid.allowInsecureRequests], // loopback; every URL goes through secureUrl
      [openid.customFetch]: async (url, init) => {
        answer = await exchange(fetch, url, requestInit(init, headers), { timeout });
        return asResponse(answer);
      },
    });
    const lifetime = answer ? lifetimeOfAnswer(answer.headers) : 0;
    return { metadata: { ...configuration.serverMetadata() }, lifetime };
  } catch (error) {
    const details = answer && detailsOf(answer, { secrets: [], now: clock.now() });
    if (!answer || isTransient(answer.status)) {
      const reason = answer ? `status ${answer.status}` : causesOf(error).at(-1)?.message;
      const about = {
        ...details,
        message: `The metadata of ${issuer.origin} could not be fetched: ${reason ?? 'no answer'}.`,
        ...aboutNetworkFailure(error),
        cause: scrubError(error),
      };
      if (about.retryable === false) throw new DiscoveryError(about);
      throw new TokenEndpointUnavailableError({ ...about, mayHaveArrived: false }); // no grant was sent
    }
    if (answer.status >= 300 || !readObject(answer.text)) return undefined; // a page in its place, or the way to one
    const message = `The metadata of ${issuer.origin} cannot be used.`;
    throw new DiscoveryError({ ...details, message, cause: scrubError(error) });
  }
}
