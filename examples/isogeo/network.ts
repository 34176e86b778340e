import * as tls from 'node:tls';
import { Agent, ProxyAgent } from 'undici';

/** What stands between this program and the servers. */
export interface Network {
  /** The proxy that all requests go through, such as `http://proxy.example.org:3128`. */
  readonly proxy?: string | undefined;
  /** A certificate authority to trust beside those of Node, as PEM: a private one, or that of a proxy that opens TLS. */
  readonly ca?: string | undefined;
  /** The client's certificate, as PEM, for servers that ask for one. */
  readonly cert?: string | undefined;
  /** The key of that certificate, as PEM. */
  readonly key?: string | undefined;
}

/**
 * Makes the option `fetch` of a flow. Requests for tokens, renewals, discovery and API calls all go this way. It is the global
 * fetch over undici's connections: undici's own fetch knows neither the `Request` nor the `FormData` of Node.
 */
export function fetchOver({ proxy, ca, ...client }: Network): typeof globalThis.fetch {
  const trust: { readonly ca?: string[] } = ca === undefined ? {} : { ca: [...trusted(), ca] };
  const connect = { ...client, ...trust };
  const dispatcher =
    proxy === undefined ? new Agent({ connect }) : new ProxyAgent({ uri: proxy, requestTls: connect, proxyTls: trust });
  return (input, init) => fetch(input, { ...init, dispatcher } as RequestInit);
}

/** What this Node trusts, with NODE_EXTRA_CA_CERTS and --use-system-ca: the option `ca` of TLS stands in for all of that. */
function trusted(): readonly string[] {
  const { getCACertificates } = tls as typeof tls & { getCACertificates?: (kind: 'default') => string[] }; // since Node 22.15
  return getCACertificates?.('default') ?? tls.rootCertificates;
}
