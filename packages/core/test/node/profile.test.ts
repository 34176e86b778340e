import { describe, expect, test } from '@jest/globals';
import {
  CredentialsFileError,
  EnvironmentVariableError,
  MissingCredentialsError,
  ProfileDoesNotExistError,
} from '@latchkey/core';
import { type Environment, type ProfileOptions, readProfile, type SettingsTree } from '@latchkey/core/node';
import { allTextOf, failureOf, written } from './written-files.js';

const secret = 's3cr3t-"of=profile';
const file = written(
  'config.toml',
  `[default]
oauth2.client_id = "from-default"
oauth2.scope = "offline_access"
oauth2.domain = "login.example.org"

[profile.ci]
oauth2.client_id = "from-ci"
oauth2.client_secret = '${secret}'
http.retry.attempts = 5

[profile.qa.oauth2]
issuer = "https://qa.example.org"
`,
);

const read = (env: Environment = {}, options: ProfileOptions = {}): ReturnType<typeof readProfile> =>
  readProfile({ file, environmentPrefix: 'ES_', bootstrapVariable: 'ES_BOOTSTRAP_SETTINGS', env, ...options });

describe('A11: the settings of a profile', () => {
  test('are those of [default] where no profile is named', async () => {
    expect(await read()).toEqual({
      profile: 'default',
      clientId: 'from-default',
      scope: 'offline_access',
      domain: 'login.example.org',
      other: {},
    });
  });

  test('are laid over [default] leaf by leaf', async () => {
    expect(await read({}, { profile: 'ci' })).toEqual({
      profile: 'ci',
      clientId: 'from-ci',
      clientSecret: secret,
      scope: 'offline_access',
      domain: 'login.example.org',
      other: { http: { retry: { attempts: 5 } } },
    });
  });

  const sources = {
    defaults: { defaults: { oauth2: { audience: 'program' } } },
    bootstrap: { ES_BOOTSTRAP_SETTINGS: '{"oauth2": {"audience": "bootstrap"}}' },
    default: '[default]\noauth2.audience = "default"',
    named: '[profile.ci]\noauth2.audience = "named"',
    environment: { ES_OAUTH2__AUDIENCE: 'environment' },
  };

  test.each([
    ['program', []],
    ['bootstrap', ['bootstrap']],
    ['default', ['bootstrap', 'default']],
    ['named', ['bootstrap', 'default', 'named']],
    ['environment', ['bootstrap', 'default', 'named', 'environment']],
    ['named', ['named']],
    ['environment', ['environment']],
  ] as const)('come from the highest source that has them: %s of %j', async (expected, given) => {
    const has = (source: string): boolean => (given as readonly string[]).includes(source);
    const profile = await readProfile({
      file: written(
        'c.toml',
        [has('default') && sources.default, has('named') ? sources.named : '[profile.ci]'].filter(Boolean).join('\n'),
      ),
      profile: 'ci',
      environmentPrefix: 'ES_',
      bootstrapVariable: 'ES_BOOTSTRAP_SETTINGS',
      defaults: { oauth2: { client_id: 'x', ...sources.defaults.defaults.oauth2 } },
      env: { ...(has('bootstrap') && sources.bootstrap), ...(has('environment') && sources.environment) },
    });
    expect(profile).toMatchObject({ audience: expected, clientId: 'x' });
    expect({ ...profile, audience: 'constructor' }.audience).toBe('constructor');
  });

  test('are merged by leaf from all sources at once', async () => {
    const env = {
      ES_BOOTSTRAP_SETTINGS: '{"oauth2": {"refresh_token": "r", "scope": "beneath"}, "http": {"retry": {"jitter": 3}}}',
      es_oauth2__client_secret: 'from variable',
      ES_HTTP__RETRY__ATTEMPTS: '7',
      ES_OAUTH2__SCOPE: ' ',
    };
    expect(await read(env, { profile: 'ci', defaults: { oauth2: { id_token: 'i' } } })).toEqual({
      profile: 'ci',
      clientId: 'from-ci',
      clientSecret: 'from variable',
      scope: 'offline_access',
      domain: 'login.example.org',
      refreshToken: 'r',
      idToken: 'i',
      other: { http: { retry: { jitter: 3, attempts: '7' } } },
    });
  });

  test('name the server in the way of the highest source that names it', async () => {
    const qa = await read({}, { profile: 'qa' });
    expect(qa).toMatchObject({ issuer: 'https://qa.example.org', scope: 'offline_access' });
    expect(qa).not.toHaveProperty('domain');
    const endpoints = {
      ES_OAUTH2__TOKEN_ENDPOINT: 'https://a.example/t',
      ES_OAUTH2__REVOCATION_ENDPOINT: 'https://a.example/r',
    };
    const explicit = await read(endpoints, { profile: 'qa' });
    expect(explicit.server).toEqual({
      tokenEndpoint: 'https://a.example/t',
      revocationEndpoint: 'https://a.example/r',
    });
    expect(explicit).not.toHaveProperty('issuer');
    const checked = await read({ ...endpoints, ES_OAUTH2__ISSUER: 'https://a.example' });
    expect(checked.server).toMatchObject({ issuer: 'https://a.example', tokenEndpoint: 'https://a.example/t' });
    expect(checked).not.toHaveProperty('issuer');
  });

  test('keep what no option is made from, under its own name', async () => {
    const text =
      '[default]\noauth2.client_id="x"\noauth2.constructor="c"\noauth2.allowed_hosts=["a", "b"]\nsince=2026-01-01\n__proto__.x=1';
    const { other } = await read({}, { file: written('c.toml', text) });
    expect(other).toMatchObject({
      oauth2: { constructor: 'c', allowed_hosts: ['a', 'b'] },
      since: new Date('2026-01-01'),
    });
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('A11: the name of a profile', () => {
  test('comes from the option, else from the variable', async () => {
    expect((await read({ ES_PROFILE: 'ci' })).profile).toBe('ci');
    expect((await read({ Es_Profile: 'ci' })).profile).toBe('ci');
    expect((await read({ ES_PROFILE: '' })).profile).toBe('default');
    expect((await read({ ES_PROFILE: 'ci' }, { profile: 'default' })).profile).toBe('default');
  });

  test.each(['staging', 'toString', '__proto__', ''])(
    'that is unknown is told of with those that are known: %j',
    async (profile) => {
      const error = await failureOf(read({}, { profile }));
      expect(error).toBeInstanceOf(ProfileDoesNotExistError);
      expect(error).toMatchObject({ code: 'PROFILE_DOES_NOT_EXIST', profile, known: ['default', 'ci', 'qa'] });
      expect(error.message).toContain('default, ci, qa');
    },
  );

  test('default is known even without a file', async () => {
    const env = { ES_OAUTH2__CLIENT_ID: 'x' };
    expect(await read(env, { file: '/does/not/exist.toml' })).toEqual({ profile: 'default', clientId: 'x', other: {} });
    expect(await read(env, { file: undefined, profile: 'default' })).toMatchObject({ clientId: 'x' });
    await expect(read(env, { file: undefined, profile: 'ci' })).rejects.toMatchObject({ known: ['default'] });
  });
});

describe('settings that cannot be used', () => {
  const of = (text: string): ProfileOptions => ({ file: written('bad.toml', text) });
  const inFile = (code: string, reason: RegExp): object => ({ code, reason: expect.stringMatching(reason) });
  const inVariable = (variable: string, reason: RegExp): object => ({
    code: 'ENVIRONMENT_VARIABLE_INVALID',
    variable,
    reason: expect.stringMatching(reason),
  });
  const invalid = 'CREDENTIALS_FILE_INVALID';
  const bad: readonly [string, Environment, ProfileOptions, object][] = [
    [
      'no TOML',
      {},
      of(`[default]\noauth2.client_secret = "${secret}`),
      inFile('CREDENTIALS_FILE_MALFORMED', /line 2, column \d+$/),
    ],
    [
      'another encoding',
      {},
      { file: written('a.toml', Buffer.from('a="\xe9"', 'latin1')) },
      inFile('CREDENTIALS_FILE_MALFORMED', /UTF-8/),
    ],
    ['a text for a table', {}, of(`default = '${secret}'`), inFile(invalid, /^\[default\] must be a table$/)],
    ['a text for profiles', {}, of(`profile = '${secret}'`), inFile(invalid, /^profile must be a table$/)],
    [
      'a text for oauth2',
      {},
      of(`default.oauth2 = '${secret}'`),
      inFile(invalid, /^oauth2 in \[default\] must be a table$/),
    ],
    [
      'a number for a secret',
      {},
      of('[default.oauth2]\nclient_secret = 31415926'),
      inFile(invalid, /^oauth2\.client_secret in \[default\] must be a text$/),
    ],
    [
      'no URL',
      {},
      { ...of(`[profile.p.oauth2]\nissuer = '${secret}'`), profile: 'p' },
      inFile(invalid, /^oauth2\.issuer in \[profile\.p\] must be an absolute URL$/),
    ],
    [
      'two servers',
      {},
      of('[default.oauth2]\nissuer = "https://a.example"\ndomain = "b"'),
      inFile(invalid, /^oauth2\.domain in .*must be left out/),
    ],
    [
      'a variable that is no URL',
      { ES_OAUTH2__ISSUER: secret },
      {},
      inVariable('ES_OAUTH2__ISSUER', /^it must be an absolute URL$/),
    ],
    [
      'a variable below a leaf',
      { ES_OAUTH2__CLIENT_ID__X: secret },
      {},
      inVariable('ES_OAUTH2__CLIENT_ID', /^it must be a text$/),
    ],
    [
      'no JSON',
      { ES_BOOTSTRAP_SETTINGS: `{"oauth2": "${secret}` },
      {},
      inVariable('ES_BOOTSTRAP_SETTINGS', /^it is not a JSON object$/),
    ],
    [
      'JSON that is no object',
      { ES_BOOTSTRAP_SETTINGS: `"s3cr3t"` },
      {},
      inVariable('ES_BOOTSTRAP_SETTINGS', /^it is not a JSON object$/),
    ],
    [
      'a number in JSON',
      { ES_BOOTSTRAP_SETTINGS: '{"oauth2":{"client_id":31415926}}' },
      {},
      inVariable('ES_BOOTSTRAP_SETTINGS', /^oauth2\.client_id must be a text$/),
    ],
  ];

  test.each(bad)('for %s are told of by their source, without a secret', async (_what, env, options, expected) => {
    const error = await failureOf(read(env, options));
    expect(error).toMatchObject(expected);
    const type = 'variable' in expected ? EnvironmentVariableError : CredentialsFileError;
    expect(error).toBeInstanceOf(type);
    for (const piece of ['s3cr3t', 'profile"', '31415926']) expect(allTextOf(error)).not.toContain(piece);
  });

  test('lack a client id, and the error says where to put one', async () => {
    const error = await failureOf(read({}, of('[default]\noauth2.scope = "x"')));
    expect(error).toBeInstanceOf(MissingCredentialsError);
    expect(error).toMatchObject({ names: ['ES_OAUTH2__CLIENT_ID'], message: expect.stringContaining('bad.toml') });
    const bare = await failureOf(readProfile({ env: {} }));
    expect(bare).toMatchObject({ names: ['oauth2.client_id'], message: 'The profile default lacks oauth2.client_id.' });
  });

  test('lack the token endpoint beside another', async () => {
    const env = { ES_OAUTH2__REVOCATION_ENDPOINT: 'https://a.example/r' };
    expect(await failureOf(read(env))).toMatchObject({ names: ['ES_OAUTH2__TOKEN_ENDPOINT'] });
  });

  test('are the mistake of the program in its defaults and its prefix', async () => {
    await expect(read({}, { defaults: { oauth2: { issuer: 1 } } })).rejects.toThrow(TypeError);
    await expect(read({}, { environmentPrefix: '' })).rejects.toThrow(TypeError);
    const defaults = 's3cr3t' as unknown as SettingsTree;
    await expect(read({}, { defaults })).rejects.toThrow(new TypeError('defaults must be a table.'));
  });
});

test('a file with a byte order mark and the line ends of Windows is read', async () => {
  const text = '\uFEFF[default]\r\noauth2.client_id = "x" \r\n';
  expect(await read({}, { file: written('c.toml', text) })).toMatchObject({ clientId: 'x' });
});
