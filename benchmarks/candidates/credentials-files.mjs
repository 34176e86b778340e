/** Writes the credentials of a realm in each form, and the least that could read one of them. */
import { readFileSync, writeFileSync } from 'node:fs';

/** JSON.parse, and nothing checked. */
export const fromJson = (_realm, path) => async () =>
  JSON.parse(readFileSync(`${path}.json`, 'utf8')).web.client_secret;

/** All three forms, side by side. */
export function seedFile({ origin, clientId, clientSecret }, path) {
  const server = { auth_uri: `${origin}/authorize`, token_uri: `${origin}/token` };
  const web = { client_id: clientId, client_secret: clientSecret, ...server, redirect_uris: ['http://127.0.0.1/'] };
  const ini = {
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    URI_AUTH: server.auth_uri,
    URI_TOKEN: server.token_uri,
  };
  const toml = { client_id: clientId, client_secret: clientSecret, domain: 'login.example.org', scope: 'api' };
  const lines = (entries, line) => Object.entries(entries).map(([name, value]) => `${line(name, value)}\n`);
  const section = lines(ini, (name, value) => `${name} = ${value}`).join('');
  const profile = lines(toml, (name, value) => `oauth2.${name} = ${JSON.stringify(value)}`).join('');
  const options = { mode: 0o600 };
  writeFileSync(`${path}.json`, JSON.stringify({ web }), options);
  writeFileSync(`${path}.ini`, `[auth]\n${section}`, options);
  writeFileSync(`${path}.toml`, `[default]\n${profile}`, options);
}
