import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ClientRejectedError, DeviceCodeFlow } from '@latchkey/core';
import * as functions from '@latchkey/core/servers';
import { blockWith, importBlock } from '../scenes/documented-block.js';
import { describePeople, type Options, PersonScene } from './person-scene.js';
import {
  Auth0Twin,
  BoxTwin,
  DropboxTwin,
  FacebookTwin,
  GitLabTwin,
  KeycloakTwin,
  LarkTwin,
  OktaTwin,
  PlentymarketsTwin,
  SpotifyTwin,
  StravaTwin,
  TikTokTwin,
  TwitchTwin,
  YahooTwin,
  ZoomTwin,
} from './twins/others.js';

const page = 'docs/servers.md';
const text = readFileSync(join(import.meta.dirname, '../../../..', page), 'utf8');

/** The options that the page has under this name. */
async function written(name: string): Promise<Options> {
  const block = await importBlock<Record<string, Options>>(blockWith(`export const ${name}:`, page));
  return block[name] ?? {};
}

/** What a program would write that knows the endpoints, and nothing else. */
function endpointsOf({ server, issuer }: Options): Options {
  return server ? { server } : { issuer };
}

const scene = new PersonScene();
afterEach(() => scene[Symbol.asyncDispose]());

const scope = { scope: 'read offline_access' };
const [auth0, box, dropbox, gitlab, keycloak, lark, okta, plentymarkets, spotify, strava, tiktok, twitch, yahoo, zoom] =
  await Promise.all(
    [
      ...['auth0', 'box', 'dropbox', 'gitlab', 'keycloak', 'lark', 'okta', 'plentymarkets', 'spotify', 'strava'],
      ...['tiktok', 'twitch', 'yahoo', 'zoom'],
    ].map(written),
  );

/** Rows of which a program may know nothing else than the endpoints, and those of which it may not. */
const plain = { gitlab, keycloak, okta, spotify, zoom };
const odd = { auth0, box, dropbox, lark, plentymarkets, strava, tiktok, yahoo };
const twins = {
  ...{
    auth0: Auth0Twin,
    box: BoxTwin,
    dropbox: DropboxTwin,
    gitlab: GitLabTwin,
    keycloak: KeycloakTwin,
    lark: LarkTwin,
  },
  ...{ okta: OktaTwin, plentymarkets: PlentymarketsTwin, spotify: SpotifyTwin, strava: StravaTwin },
  ...{ tiktok: TikTokTwin, yahoo: YahooTwin, zoom: ZoomTwin },
};
const revoking = new Set(['auth0', 'box', 'gitlab', 'keycloak', 'okta', 'yahoo', 'zoom']);

describePeople(
  Object.fromEntries([
    ...Object.entries({ ...plain, ...odd }).map(([name, given = {}]) => [
      name,
      {
        twin: () => new twins[name as keyof typeof twins](),
        given,
        own: scope,
        ...(name in odd && { without: endpointsOf(given) }),
        ...(revoking.has(name) && { revokes: true as const }),
      },
    ]),
    [
      'twitch, by device',
      {
        twin: () => new TwitchTwin(),
        given: twitch ?? {},
        own: { clientSecret: undefined },
        without: endpointsOf(twitch ?? {}),
        device: true as const,
        revokes: true as const,
      },
    ],
  ]),
  scene,
);

test.each([
  [403, 'invalid client secret'],
  [400, 'invalid client'],
])('twitch refuses a client with %i: %s', async (status, message) => {
  const fetch = async (): Promise<Response> => Response.json({ status, message }, { status });
  const flow = new DeviceCodeFlow({ ...twitch, clientId: 'app', fetch });
  await flow.importTokens({ refresh_token: 'refresh-0' });
  await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(ClientRejectedError);
});

describe('with facebook, by device', () => {
  test('a person logs in after two polls in vain; at the end of the token a login is needed', async () => {
    const given = await written('facebook');
    const flow = await scene.begin({
      twin: () => new FacebookTwin(),
      given,
      own: { clientSecret: undefined, scope: 'public_profile' },
      device: true,
    });
    const token = await scene.logIn(flow);
    expect(scene.twin.isGood(token)).toBe(true);
    expect(scene.twin.seen.filter(({ at }) => at.endsWith('login_status'))).toHaveLength(3);
    expect(flow.ttl).toBe(5_184_000);
    await expect(scene.nextToken(flow, token)).rejects.toMatchObject({ code: 'NO_REFRESH_TOKEN' });
    await flow.logout();
    expect(await scene.storage.load('it')).toBeUndefined();
  });
});

describe('the page on servers', () => {
  test('names every function', () => {
    for (const name of Object.keys(functions)) expect(text).toContain(`\`${name}(`);
  });

  test('marks the rows that a twin runs', () => {
    const marked = [...text.matchAll(/^\| (\S+) ✓/gm)].map(([, name = '']) => name.toLowerCase());
    const run = [
      ...Object.keys(twins).filter((name) => !['lark', 'plentymarkets', 'yahoo'].includes(name)),
      'facebook',
      'twitch',
    ];
    expect(marked).toEqual(run.sort());
  });

  test('has no options of ten lines or more', () => {
    const long = [...text.matchAll(/^export const (\w+): ServerOptions = \{\n(.*?)^\};$/gms)].flatMap(
      ([, name = '', body = '']) => (body.trimEnd().split('\n').length > 10 ? [name] : []),
    );
    expect(long).toEqual([]);
  });
});
