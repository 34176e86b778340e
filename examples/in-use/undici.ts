import { ClientCredentialsFlow, type ClientCredentialsFlowOptions } from '@latchkey/core';
import { type Dispatcher, fetch, type RequestInit, type Response } from 'undici';

/**
 * A flow whose requests, those for tokens and those to the API, go through a dispatcher of undici: a pool, a
 * `ProxyAgent`, a private CA. undici's fetch knows no `Request` but its own, so give `flow.fetch` a URL.
 */
export function createFlow(dispatcher: Dispatcher, options: ClientCredentialsFlowOptions): ClientCredentialsFlow {
  const dispatched = (url: string, init: RequestInit): Promise<Response> => fetch(url, { ...init, dispatcher });
  return new ClientCredentialsFlow({ ...options, fetch: dispatched as unknown as typeof globalThis.fetch });
}
