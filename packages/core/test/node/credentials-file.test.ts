import { describe, expect, test } from '@jest/globals';
import { CredentialsError, CredentialsFileError } from '@latchkey/core';
import { assertionFile, privateKeyFile, readCredentialsFile, readProfile } from '@latchkey/core/node';
import { dirname, join } from 'node:path';
import { allTextOf, failureOf, written, writtenJson } from './written-files.js';

const secret = 's3cr;t#with=every%kind"of:sign';
const server = {
  tokenEndpoint: 'https://id.example.org/oauth/token',
  authorizationEndpoint: 'https://id.example.org/oauth/authorize',
};
const entries = {
  client_id: 'my-app-0123',
  client_secret: secret,
  auth_uri: server.authorizationEndpoint,
  token_uri: server.tokenEndpoint,
};
const ini = `[auth]
CLIENT_TYPE = group
CLIENT_ID = my-app-0123
CLIENT_SECRET = ${secret}
URI_AUTH = ${server.authorizationEndpoint}
URI_TOKEN = ${server.tokenEndpoint}
`;

describe('a JSON file of credentials', () => {
  test('A1: gives client, secret, server and scopes of a group application', async () => {
    const added = { scopes: ['resources:read', 'x'], kind: 'public', isogeo_type: 'group', isogeo_staff: false };
    expect(await readCredentialsFile(writtenJson({ web: { ...entries, ...added } }))).toEqual({
      head: 'web',
      clientId: 'my-app-0123',
      clientSecret: secret,
      server,
      scope: 'resources:read x',
      other: { kind: 'public', isogeo_type: 'group', isogeo_staff: false },
    });
  });

  test('A1: of before 2019 has no scopes, so that a default beneath it stays', async () => {
    const credentials = await readCredentialsFile(writtenJson({ web: entries }));
    expect({ scope: 'resources:read', ...credentials }).toEqual({
      head: 'web',
      clientId: 'my-app-0123',
      clientSecret: secret,
      server,
      scope: 'resources:read',
      other: {},
    });
  });

  test('gives the redirect URIs of an application with users', async () => {
    const redirectUris = ['http://localhost:5000/callback', 'urn:ietf:wg:oauth:2.0:oob'];
    expect(
      await readCredentialsFile(writtenJson({ installed: { ...entries, redirect_uris: redirectUris } })),
    ).toMatchObject({ head: 'installed', redirectUri: redirectUris[0], redirectUris });
  });

  test('of before 2022 begins with a redirect that Google refuses: the next one is taken', async () => {
    const redirectUris = ['urn:ietf:wg:oauth:2.0:oob', 'urn:ietf:wg:oauth:2.0:oob:auto', 'http://localhost'];
    const file = (uris: string[]): string => writtenJson({ installed: { ...entries, redirect_uris: uris } });
    expect(await readCredentialsFile(file(redirectUris))).toMatchObject({
      redirectUri: 'http://localhost',
      redirectUris,
    });
    const only = redirectUris.slice(0, 1);
    expect(await readCredentialsFile(file(only))).toMatchObject({ redirectUri: only[0], redirectUris: only });
  });

  test('may name an issuer in place of endpoints, or beside them', async () => {
    const { auth_uri, token_uri, ...client } = entries;
    const issuer = 'https://id.example.org';
    const discovered = await readCredentialsFile(writtenJson({ web: { ...client, issuer, audience: 'api' } }));
    expect(discovered).toMatchObject({ issuer, audience: 'api' });
    expect(discovered).not.toHaveProperty('server');
    const explicit = await readCredentialsFile(writtenJson({ web: { ...client, auth_uri, token_uri, issuer } }));
    expect(explicit.server).toEqual({ issuer, ...server });
    expect(explicit).not.toHaveProperty('issuer');
  });
});

describe('an INI file of credentials', () => {
  test('A1: says what its JSON twin says', async () => {
    const twin = await readCredentialsFile(writtenJson({ web: entries }));
    for (const suffix of ['ini', 'cfg', 'INI']) {
      const credentials = await readCredentialsFile(written(`client.${suffix}`, ini));
      expect(credentials).toEqual({ ...twin, head: 'auth', other: { CLIENT_TYPE: 'group' } });
    }
  });

  test('gives its redirect URI', async () => {
    const redirectUri = 'http://localhost:5000/callback';
    const credentials = await readCredentialsFile(written('a.ini', `${ini}URI_REDIRECT = ${redirectUri}`));
    expect(credentials).toMatchObject({ redirectUri, redirectUris: [redirectUri] });
  });

  test('gives user and password of RDP, and keeps what it does not know', async () => {
    const text =
      '[RDP]\nusername = GE-A-1\npassword = a;b=c #1 % "x"\nclientId = key\nuuid = U-1\nauthenticationType=v1';
    expect(await readCredentialsFile(written('rdp.ini', text))).toEqual({
      head: 'RDP',
      username: 'GE-A-1',
      password: 'a;b=c #1 % "x"',
      clientId: 'key',
      other: { uuid: 'U-1', authenticationType: 'v1' },
    });
  });

  test('takes the app key of RDP for the client id where there is none, and a secret for service accounts', async () => {
    const old = await readCredentialsFile(written('rdp.ini', '[RDP]\nappKey = key\nusername = u\npassword = p'));
    expect(old).toMatchObject({ clientId: 'key', other: {} });
    const both = '[RDP]\nappKey = key\nclientId = GE-2\nclientSecret = s';
    const service = await readCredentialsFile(written('rdp.ini', both));
    expect(service).toMatchObject({ clientId: 'GE-2', clientSecret: 's', other: { appKey: 'key' } });
  });
});

describe('any file of credentials', () => {
  const json = JSON.stringify({ web: entries }, null, 2);
  const disguises: readonly [string, (text: string) => string][] = [
    ['a byte order mark', (text) => `\uFEFF${text}`],
    ['the line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['the line ends of old Macs', (text) => text.replaceAll('\n', '\r')],
    ['trailing spaces', (text) => text.replaceAll('\n', ' \t\n')],
    ['blank lines at both ends', (text) => `\n\n${text}\n\n`],
  ];

  test.each(disguises)('may have %s', async (_what, disguise) => {
    for (const [name, text] of [
      ['a.json', json],
      ['a.ini', ini],
    ] as const) {
      expect(await readCredentialsFile(written(name, disguise(text)))).toMatchObject({ clientSecret: secret, server });
    }
  });

  test('may have comments, colons and any case in INI', async () => {
    const text = '# one\n; two\n[other]\nx = 1\n[auth] ; three\n client_id : app\n Client_Secret=  %(x)s %% \n';
    expect(await readCredentialsFile(written('a.ini', text))).toMatchObject({
      clientId: 'app',
      clientSecret: '%(x)s %%',
    });
  });
});

describe('a bad file of credentials', () => {
  const pathOf = (name: string, text: string): string => written(name, text);
  const bad: readonly [title: string, path: () => string, code: string, reason: RegExp][] = [
    ['A1: is missing', () => join(dirname(pathOf('x', '')), 'no.json'), 'CREDENTIALS_FILE_MISSING', /does not exist/],
    ['A1: ends in .txt', () => pathOf('a.txt', '{}'), 'CREDENTIALS_FILE_UNSUPPORTED', /\.json, \.ini or \.cfg/],
    ['A1: has another head', () => writtenJson({ client: entries }), 'CREDENTIALS_FILE_HEAD_MISSING', /"web" or "inst/],
    [
      'A1: has another section',
      () => pathOf('a.ini', ini.replace('[auth]', '[api]')),
      'CREDENTIALS_FILE_HEAD_MISSING',
      /no \[auth\] or \[RDP\]/,
    ],
    ['has a list for a head', () => writtenJson({ web: [entries] }), 'CREDENTIALS_FILE_HEAD_MISSING', /"web"/],
    ['is a list', () => writtenJson([entries]), 'CREDENTIALS_FILE_HEAD_MISSING', /"web"/],
    ['is a folder', () => join(dirname(dirname(pathOf('x', '')))), 'CREDENTIALS_FILE_UNSUPPORTED', /\.json/],
    [
      'is no JSON',
      () => pathOf('a.json', `{"web": {"client_secret": "${secret}`),
      'CREDENTIALS_FILE_MALFORMED',
      /JSON/,
    ],
    ['is empty', () => pathOf('a.json', ''), 'CREDENTIALS_FILE_MALFORMED', /JSON/],
    ['has a line of nothing', () => pathOf('a.ini', '[auth]\n\ns3cr'), 'CREDENTIALS_FILE_MALFORMED', /line 3 /],
    ['begins without a section', () => pathOf('a.ini', `a=${secret}`), 'CREDENTIALS_FILE_MALFORMED', /line 1 .*before/],
    ['gives a name twice', () => pathOf('a.ini', '[auth]\na=1\nA=2'), 'CREDENTIALS_FILE_MALFORMED', /line 3 .*second/],
    ['gives a section twice', () => pathOf('a.ini', '[a]\n[a]'), 'CREDENTIALS_FILE_MALFORMED', /line 2 .*second/],
    [
      'is in another encoding',
      () => written('a.ini', Buffer.from('[RDP]\npassword=\xe9', 'latin1')),
      'CREDENTIALS_FILE_MALFORMED',
      /UTF-8/,
    ],
    [
      'lacks a client id',
      () => writtenJson({ web: { ...entries, client_id: undefined } }),
      'CREDENTIALS_FILE_INVALID',
      /^client_id is missing$/,
    ],
    [
      'has an empty secret',
      () => pathOf('a.ini', '[auth]\nCLIENT_ID=a\nCLIENT_SECRET='),
      'CREDENTIALS_FILE_INVALID',
      /^CLIENT_SECRET must not be empty$/,
    ],
    [
      'has a number for a secret',
      () => writtenJson({ web: { ...entries, client_secret: 31415926 } }),
      'CREDENTIALS_FILE_INVALID',
      /^client_secret must be a text$/,
    ],
    [
      'has no URL for an endpoint',
      () => writtenJson({ web: { ...entries, token_uri: secret } }),
      'CREDENTIALS_FILE_INVALID',
      /^token_uri must be an absolute URL$/,
    ],
    [
      'lacks the token endpoint only',
      () => writtenJson({ web: { ...entries, token_uri: undefined } }),
      'CREDENTIALS_FILE_INVALID',
      /^token_uri is missing$/,
    ],
    [
      'has a text for a list',
      () => writtenJson({ web: { ...entries, redirect_uris: secret } }),
      'CREDENTIALS_FILE_INVALID',
      /^redirect_uris must be a list/,
    ],
    [
      'has a bad member in a list',
      () => writtenJson({ web: { ...entries, redirect_uris: ['http://a', secret] } }),
      'CREDENTIALS_FILE_INVALID',
      /^redirect_uris\.1 must be an absolute URL$/,
    ],
  ];

  test.each(bad)('that %s is told of by its code', async (_title, makePath, code, reason) => {
    const path = makePath();
    const error = (await failureOf(readCredentialsFile(path))) as CredentialsFileError;
    expect(error).toBeInstanceOf(CredentialsFileError);
    expect(error).toBeInstanceOf(CredentialsError);
    expect(error).toMatchObject({ code, path, retryable: false, reason: expect.stringMatching(reason) });
    expect(error.message).toContain(path);
    expect(error.remedy).not.toBe('');
  });

  test.each([
    ['service_account', 'JwtBearerFlow with `googleServiceAccount({ email: client_email'],
    ['authorized_user', 'RefreshTokenFlow'],
    ['external_account', 'TokenExchangeFlow'],
  ])('that is Google’s %s is told what it is for, not to be downloaded again', async (type, flow) => {
    const error = await failureOf(
      readCredentialsFile(writtenJson({ type, private_key: 's3cr', refresh_token: 's3cr' })),
    );
    expect(error).toMatchObject({ code: 'CREDENTIALS_FILE_HEAD_MISSING', remedy: expect.stringContaining(flow) });
    expect((error as CredentialsFileError).remedy).not.toContain('download');
    expect(allTextOf(error)).not.toContain('s3cr');
  });

  test.each(bad)('that %s shows no secret', async (_title, makePath) => {
    const shown = allTextOf(await failureOf(readCredentialsFile(makePath())));
    for (const piece of ['s3cr', 'every', 'sign', '31415926']) expect(shown).not.toContain(piece);
  });

  test('that cannot be read is told of with the reason of the system', async () => {
    const folder = dirname(written('x.json', ''));
    const path = `${folder}/x.json/y.json`;
    expect(await failureOf(readCredentialsFile(path))).toMatchObject({
      code: 'CREDENTIALS_FILE_UNREADABLE',
      cause: { code: 'ENOTDIR' },
    });
  });
});

describe('a path that only a shell understands', () => {
  const text = /begins with '~'.*os\.homedir\(\)/;

  test('is a TypeError where the file is named', () => {
    for (const path of ['~/key.pem', '~\\key.pem', '~']) {
      for (const make of [() => privateKeyFile(path), () => assertionFile(path)]) {
        expect(make).toThrow(TypeError);
        expect(make).toThrow(text);
      }
    }
    expect(() => privateKeyFile('')).toThrow(TypeError);
    expect(() => privateKeyFile('~key.pem')).not.toThrow();
  });

  test('is a TypeError where the file is read, and not taken for a file that is absent', async () => {
    await expect(readCredentialsFile('~/client_secrets.json')).rejects.toThrow(text);
    const env = { EXAMPLE_OAUTH2_CLIENT_ID: 'cli' };
    await expect(readProfile({ file: '~/config.toml', environmentPrefix: 'EXAMPLE_', env })).rejects.toThrow(text);
  });
});
