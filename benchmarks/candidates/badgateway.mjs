/** @badgateway/oauth2-client, as its README has it under "Fetch Wrapper" and "Storing tokens for later use". */
import { readFileSync, writeFileSync } from 'node:fs';
import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';

/** README, "Fetch Wrapper": client credentials, and the wrapper's own cache. */
export function inMemory(realm) {
  const wrapper = wrapperOf(realm);
  return () => wrapper.getAccessToken();
}

/** README, "Fetch Wrapper": `fetchWrapper.fetch` uses the global fetch. */
export function withFetch(realm, fetch) {
  const wrapper = wrapperOf(realm);
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) =>
    (input.url ?? String(input)).startsWith('https://api.') ? fetch(input, init) : real(input, init);
  return (url, init) => wrapper.fetch(url, init);
}

/** README, "Storing tokens for later use with FetchWrapper", on a file in place of localStorage. */
export function onFile(realm, path) {
  const client = clientOf(realm);
  const wrapper = new OAuth2Fetch({
    client,
    getNewToken: () => null,
    storeToken: (token) => writeFileSync(path, JSON.stringify(token)),
    getStoredToken: () => JSON.parse(readFileSync(path, 'utf8')),
  });
  return () => wrapper.getAccessToken();
}

/** A stored token that the wrapper takes up, for a refresh token without a file. */
export function withRefreshToken(realm) {
  const client = clientOf(realm);
  const stored = { accessToken: realm.accessToken, refreshToken: realm.refreshToken, expiresAt: 1 };
  const wrapper = new OAuth2Fetch({ client, getNewToken: () => null, getStoredToken: () => stored });
  return () => wrapper.getAccessToken();
}

/** What `storeToken` would have written. */
export function seedFile({ accessToken, refreshToken, lifetime }, path, { ended }) {
  const expiresAt = ended ? 1000 : Date.now() + lifetime * 1000;
  writeFileSync(path, JSON.stringify({ accessToken, refreshToken, expiresAt }));
}

function clientOf({ origin, clientId, clientSecret }) {
  return new OAuth2Client({ server: origin, clientId, clientSecret, tokenEndpoint: '/token' });
}

function wrapperOf(realm) {
  const client = clientOf(realm);
  return new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials() });
}
