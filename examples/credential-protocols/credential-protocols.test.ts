import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FakeAuthorizationServer } from '@latchkey/core/testing';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Fields, keysFor, type Outcome, ProtocolsHome } from '../dist/credential-protocols/protocols-home.js';

const index = 'sparse+https://crates.example.org/';
const role = 'arn:aws:iam::123456789012:role/reader';

let home: ProtocolsHome;
let server: FakeAuthorizationServer;

beforeEach(async () => {
  home = await ProtocolsHome.start();
  ({ server } = home);
});
afterEach(() => home[Symbol.asyncDispose]());

const program = (...given: Parameters<ProtocolsHome['program']>): Promise<Outcome> => home.program(...given);
const logIn = (): Promise<void> => home.logIn();
const stored = (): Fields => home.stored();

const gitQuestion = (...more: string[]): string => ['protocol=https', 'host=git.example.org', ...more, ''].join('\n');
const capable = ['capability[]=authtype', 'capability[]=state'];

function git(operation: string, ...more: string[]): Promise<Outcome> {
  return program('git', ['https://git.example.org', operation], gitQuestion(...more));
}

function cargo(request: object, indexUrl = index): Promise<Outcome> {
  const registry = { 'index-url': indexUrl };
  return program('cargo', ['--cargo-plugin'], `${JSON.stringify({ v: 1, registry, args: [index], ...request })}\n`);
}

const docker = (operation: string, input = 'images.example.org'): Promise<Outcome> =>
  program('docker', ['images.example.org', operation], input);

/** Each program, asked as its client does for a token, and the token in what it says. */
const asked: Record<string, { ask: () => Promise<Outcome>; token: (out: string) => unknown }> = {
  git: { ask: () => git('get'), token: (out) => /^password=(.*)$/m.exec(out)?.[1] },
  'git of 2.46': { ask: () => git('get', ...capable), token: (out) => /^credential=(.*)$/m.exec(out)?.[1] },
  kubectl: { ask: () => program('kubectl'), token: (out) => JSON.parse(out).status.token as unknown },
  docker: { ask: () => docker('get'), token: (out) => JSON.parse(out).Secret as unknown },
  cargo: {
    ask: () => cargo({ kind: 'get', operation: 'read' }),
    token: (out) => String(JSON.parse(out.split('\n')[1] ?? '').Ok.token).replace('Bearer ', ''),
  },
};

test('eight programs that ask after the end of the token are given the same new one, after one renewal', async () => {
  await logIn();
  const first = stored()['access_token'];
  home.setSecondsLeft(-1);
  const eight = [...Object.values(asked), ...Object.values(asked)].slice(0, 8);
  const answers = await Promise.all(eight.map(async ({ ask, token }) => token((await ask()).out)));
  expect(stored()['access_token']).not.toBe(first);
  expect(answers).toEqual(Array(8).fill(stored()['access_token']));
  expect(home.renewals).toBe(1);
  server.ledger.assertNoReuse();
});

test.each(Object.entries(asked))(
  'what %s is given is good for some time, or says what to do',
  async (_name, { ask, token }) => {
    const nobody = await ask();
    expect(nobody.out + nobody.err).toMatch(/No tokens .* Log in: node .*log-in\.js/);
    await logIn();
    home.setSecondsLeft(50);
    expect(token((await ask()).out)).toBe(stored()['access_token']);
    expect(home.renewals).toBe(1);
  },
);

describe('log-in.js', () => {
  test('logs in, and renews at once when told to', async () => {
    expect((await program('log-in')).code).toBe(0);
    const first = stored()['access_token'];
    expect(await program('log-in', ['renew'])).toEqual({ code: 0, out: '', err: '' });
    expect(stored()['access_token']).not.toBe(first);
  });

  test('names all settings that are missing', async () => {
    const { code, err } = await program('log-in', [], '', { ISSUER: '', CLIENT_ID: '' });
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/ISSUER.*CLIENT_ID/) });
  });
});

describe('each program', () => {
  test.each([
    ['log-in', ['renw']],
    ['git', ['git.example.org', 'get']],
    ['aws', ['reader']],
    ['docker', ['https://images.example.org', 'get']],
  ])('says how %s is called, to somebody who calls it by %j', async (name, args) => {
    const { code, out, err } = await program(name, args);
    expect({ code, said: out + err }).toEqual({ code: 2, said: expect.stringMatching(/^Usage: node \S+\.js .*\n$/) });
    expect(server.ledger.entries).toEqual([]);
  });
});

describe('the credential helper of git', () => {
  test('names the end, and the user name that is put before the host, however that is written', async () => {
    await logIn();
    const { access_token, expires_at } = stored();
    const lines = ['username=oauth2', `password=${access_token}`, `password_expiry_utc=${expires_at}`, ''];
    expect((await git('get')).out).toBe(lines.join('\n'));
    const as = (name: string) => program('git', [`https://${name}@git.example.org`, 'get'], gitQuestion());
    expect((await as('x-access-token')).out).toContain('username=x-access-token\n');
    expect((await as('me%40example.org')).out).toContain('username=me@example.org\n');
    const written = 'protocol=https\nhost=GIT.example.org:443\n'; // as git passes it on
    const { out } = await program('git', ['https://git.example.org', 'get'], written);
    expect(out).toBe(lines.join('\n'));
  });

  test('gives a Bearer token to a git that can use it, with the capability without which git drops it', async () => {
    await logIn();
    const { access_token, expires_at } = stored();
    expect((await git('get', 'capability[]=authtype')).out.split('\n')).toEqual([
      'capability[]=authtype',
      'authtype=Bearer',
      `credential=${access_token}`,
      `password_expiry_utc=${expires_at}`,
      '',
    ]);
  });

  test('gives a newer git another token after a 401, and a third to nobody', async () => {
    await logIn();
    const { out } = await git('get', ...capable);
    expect(out).toContain('\ncontinue=1\n');
    const state = /^state\[\]=.*$/m.exec(out)?.[0] ?? '';
    const again = await Promise.all([1, 2].map(() => git('get', ...capable, state)));
    for (const answer of again) {
      expect(answer.out).toContain(`credential=${stored()['access_token']}`);
      expect(answer.out).not.toContain('continue');
      expect(answer.out).not.toContain(state);
    }
    expect(home.renewals).toBe(1);
  });

  test.each(['password', 'credential'])('renews once when git says that a %s was refused', async (field) => {
    await logIn();
    const refused = stored()['access_token'];
    const answers = await Promise.all([1, 2].map(() => git('erase', `${field}=${refused}`)));
    expect(answers).toEqual(Array(2).fill({ code: 0, out: '', err: '' }));
    expect(home.renewals).toBe(1);
    expect(stored()['access_token']).not.toBe(refused);
  });

  test('lets git ask no person for a password, and keeps the refresh token to itself', async () => {
    expect((await git('get')).out).toBe('quit=1\n');
    await logIn();
    const answers = await Promise.all([git('get', ...capable, 'capability[]=x'), git('get'), git('store')]);
    for (const { out } of answers) expect(out).not.toContain(String(stored()['refresh_token']));
  });

  test('has nothing for another server', async () => {
    await logIn();
    const hosts = ['git.example.org:8443', 'git.example.org#.example.net', ''];
    const places = ['http\nhost=git.example.org', ...hosts.map((host) => `https\nhost=${host}`)];
    const ask = (place: string) => program('git', ['https://git.example.org', 'get'], `protocol=${place}\n`);
    const nothing = { code: 0, out: '', err: '' };
    expect(await Promise.all(places.map(ask))).toEqual(places.map(() => nothing));
  });

  test('is understood by git itself', async () => {
    await logIn();
    const helper = `!'${process.execPath}' '${home.file('git')}' https://git.example.org`;
    const config = ['-c', 'credential.helper=', '-c', `credential.helper=${helper}`];
    const { out } = await home.run('git', [...config, 'credential', 'fill'], `${gitQuestion()}\n`);
    expect(out).toContain(`username=oauth2\npassword=${stored()['access_token']}\n`);
  });

  test('is the only one that git asks and tells, set up as the README has it', async () => {
    await logIn();
    const kept = join(home.folder, 'kept');
    const PATH = [dirname(process.execPath), process.env['PATH']].join(':');
    const config = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: join(home.folder, 'gitconfig'), HOME: home.folder };
    const env = { ...config, PATH, programs: dirname(home.file('git')) };
    await home.run('git', ['config', '--global', 'credential.helper', `store --file=${kept}`], '', env);
    const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
    const [, commands = ''] = /^```sh\n([^`]*git config [^`]*)^```$/m.exec(readme) ?? [];
    expect(commands).not.toMatch(/"[^"'\n]*!/); // where a shell that somebody types into puts an earlier command
    expect(await home.run('sh', ['-ec', commands], '', env)).toEqual({ code: 0, out: '', err: '' });
    const { out } = await home.run('git', ['credential', 'fill'], `${gitQuestion()}\n`, env);
    expect(out).toContain(`password=${stored()['access_token']}\n`);
    await home.run('git', ['credential', 'approve'], out, env);
    expect(existsSync(kept)).toBe(false);
  });
});

describe('the exec plugin of kubectl', () => {
  const toldEnd = async () => Date.parse(JSON.parse((await program('kubectl')).out).status.expirationTimestamp);
  test.each(['v1', 'v1beta1'])('answers in the version %s, when asked in it', async (version) => {
    await logIn();
    const { access_token, expires_at } = stored();
    const apiVersion = `client.authentication.k8s.io/${version}`;
    const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
    const { out } = await program('kubectl', [], '', { KUBERNETES_EXEC_INFO: JSON.stringify(info) });
    const expirationTimestamp = new Date((Number(expires_at) - 30) * 1000).toISOString();
    const status = { token: access_token, expirationTimestamp };
    expect(JSON.parse(out)).toEqual({ apiVersion, kind: 'ExecCredential', status });
  });

  test('is renewed by the end that it was told, not by the true one', async () => {
    await logIn();
    home.setSecondsLeft(29);
    expect(await toldEnd()).toBeGreaterThan(Date.now());
  });

  test('names an end where the token has none, for clients that do not ask after a 401', async () => {
    await logIn();
    const endless = { access_token: 'opaque', expires_at: undefined, expires_in: undefined };
    for (const { file, record } of home.records()) writeFileSync(file, JSON.stringify({ ...record, ...endless }));
    expect(Math.ceil(((await toldEnd()) - Date.now()) / 60_000)).toBe(1);
  });
});

describe('the credential_process of AWS', () => {
  const aws = (): Promise<Outcome> => program('aws', [role]);

  test('changes the token for keys of the role, once for eight that ask, of whom one renews the token', async () => {
    await logIn();
    home.setSecondsLeft(-1);
    const given = { given: 0 };
    const forms: URLSearchParams[] = [];
    home.stsAnswer = (form) => (forms.push(form), keysFor(3600, given)(form));
    const answers = await Promise.all(Array.from({ length: 8 }, aws));
    expect(new Set(answers.map(({ out }) => out)).size).toBe(1);
    expect(JSON.parse(answers[0]?.out ?? '')).toEqual({
      Version: 1,
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 's/+=',
      SessionToken: 't',
      Expiration: expect.stringMatching(/Z$/),
    });
    expect({ renewals: home.renewals, given: given.given }).toEqual({ renewals: 1, given: 1 });
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: 'latchkey',
      WebIdentityToken: stored()['access_token'],
    });
  });

  test('gives new keys as soon as botocore asks for them, with 900 s left', async () => {
    await logIn();
    const given = { given: 0 };
    home.stsAnswer = keysFor(3600, given);
    await aws();
    home.setSecondsLeft(1000, 'keys');
    expect(JSON.parse((await aws()).out).AccessKeyId).toBe('ASIA1');
    home.setSecondsLeft(899, 'keys');
    const { Expiration } = JSON.parse((await aws()).out);
    expect(Date.parse(Expiration)).toBeGreaterThan(Date.now() + 900_000);
    expect(given.given).toBe(2);
  });

  test('asks for no keys at each run where keys live shorter than that', async () => {
    await logIn();
    const given = { given: 0 };
    home.stsAnswer = keysFor(900, given);
    for (let run = 0; run < 2; run++) await aws();
    expect(given.given).toBe(1);
  });

  test('asks in one region of the role’s partition, whose keys are good in all of them', async () => {
    await logIn();
    const places: Readonly<Record<string, string>> = {
      aws: 'https://sts.us-east-1.amazonaws.com',
      'aws-cn': 'https://sts.cn-north-1.amazonaws.com.cn',
      'aws-eusc': 'https://sts.eusc-de-east-1.amazonaws.eu',
      'aws-us-gov': 'https://sts.us-gov-west-1.amazonaws.com',
    };
    const watch = `const { fetch: real } = globalThis;
      globalThis.fetch = (url, init) => {
        if (!String(url).includes('amazonaws')) return real(url, init);
        console.error('asked', url);
        return Promise.reject(new TypeError('no network'));
      };`;
    const options = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, home.file('aws')];
    const asked = Object.keys(places).map(async (partition) => {
      const args = [...options, role.replace('aws', partition)];
      const { err } = await home.run(process.execPath, args, '', { AWS_ENDPOINT_URL_STS: '' });
      return /^asked (.*)$/m.exec(err)?.[1];
    });
    expect(await Promise.all(asked)).toEqual(Object.values(places));
  });

  test('gives no keys of a login that has ended', async () => {
    await logIn();
    home.stsAnswer = keysFor(3600);
    await aws();
    for (const { file } of home.records()) rmSync(file);
    expect(await aws()).toEqual({ code: 1, out: '', err: expect.stringContaining('Log in: node') });
  });

  test('names the reason of a refusal, and nothing else of the answer', async () => {
    await logIn();
    home.stsAnswer = (form) => {
      const code = '<Code>AccessDenied</Code>';
      return { status: 403, body: `<e>${code}<Message>${form.get('WebIdentityToken') ?? ''}</Message></e>` };
    };
    const { code, out, err } = await aws();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/STS answered 403 AccessDenied/);
    for (const secret of server.secrets) expect(err).not.toContain(secret);
  });
});

describe('the credential provider of cargo', () => {
  test('names an end before which cargo may keep the token', async () => {
    await logIn();
    const { access_token, expires_at } = stored();
    const [hello, answer] = (await cargo({ kind: 'get', operation: 'read' })).out.split('\n');
    expect(JSON.parse(hello ?? '')).toEqual({ v: [1] });
    const life = { cache: 'expires', expiration: Number(expires_at) - 30 };
    const Ok = { kind: 'get', token: `Bearer ${access_token}`, ...life, operation_independent: true };
    expect(JSON.parse(answer ?? '')).toEqual({ Ok });
  });

  test.each([
    ['another registry', { kind: 'get' }, 'sparse+https://other.example.org/', 'url-not-supported'],
    ['what it does not know', { kind: 'unheard-of' }, index, 'operation-not-supported'],
    ['a login, which it leaves to others', { kind: 'login' }, index, 'other'],
  ])('answers to %s by an error of the protocol', async (_name, request, url, kind) => {
    await logIn();
    const { code, out } = await cargo(request, url);
    expect(code).toBe(0);
    expect(JSON.parse(out.split('\n')[1] ?? '').Err.kind).toBe(kind);
  });
});

describe('the credential helper of docker', () => {
  test('gives user name and token, under the name that docker asked by', async () => {
    await logIn();
    const ServerURL = 'https://images.example.org/v2/';
    const expected = { ServerURL, Username: 'oauth2', Secret: stored()['access_token'] };
    expect(JSON.parse((await docker('get', `${ServerURL}\n`)).out)).toEqual(expected);
    expect(JSON.parse((await docker('list')).out)).toEqual({ 'images.example.org': 'oauth2' });
    expect((await program('docker', ['me%40example.org@images.example.org', 'list'])).out).toContain(':"me@');
  });

  test('tells docker to go on without credentials at another registry', async () => {
    await logIn();
    const answer = await docker('get', 'registry.example.net');
    expect(answer).toEqual({ code: 1, out: 'credentials not found in native keychain\n', err: '' });
  });

  test('keeps what it gave, and nothing else', async () => {
    await logIn();
    const credentials = (Secret: unknown): string => JSON.stringify({ ServerURL: 'x', Username: 'oauth2', Secret });
    expect((await docker('store', credentials(stored()['access_token']))).code).toBe(0);
    const other = await docker('store', credentials('hunter2'));
    expect(other).toEqual({ code: 1, out: expect.stringContaining('Log in: node'), err: '' });
    expect((await docker('erase')).code).toBe(1);
    expect(stored()['access_token']).toBeDefined();
  });
});
