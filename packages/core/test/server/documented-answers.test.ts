import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AuthFlowError, ClientCredentialsFlow, RefreshTokenFlow } from '@latchkey/core';
import { type Fault, faults } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

const root = join(import.meta.dirname, '../../../..');
const page = readFileSync(join(root, 'docs/server-answers.md'), 'utf8');

/** The rows of the table whose header begins with `first`, cells without their padding; none where there is none. */
function tableOf(text: string, first: string): [string, string, string][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${first} `));
  if (start < 0) return [];
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map((line) => {
    const [, one = '', two = '', three = ''] = line.split('|').map((cell) => cell.trim());
    return [one, two, three];
  });
}

const answers = tableOf(page, 'answer');
const silences = tableOf(page, 'what happens');
const fields = tableOf(page, 'field');

const body = (value: unknown): Fault => faults.changeFields(() => value);
const error = (word: string, status?: number): Fault => faults.oauthError(word, status === undefined ? {} : { status });
const refused: Fault = { kind: 'refused' } as never;
let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

/** Refuses connections to the token endpoint instead of injecting a fault. */
const refusing: typeof fetch = (input, init) =>
  typeof input === 'string' && input.endsWith('/token')
    ? Promise.reject(new TypeError('failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }))
    : fetch(input, init);

/** Redeems a refresh token whose answer is the fault, with so many seconds for it. */
async function refresh(fault: Fault, timeout?: number): Promise<RefreshTokenFlow> {
  const refreshToken = await scene.refreshToken();
  if (fault !== refused) scene.server.nextAnswers({ endpoint: 'token' }, fault);
  const own = fault === refused ? { fetch: refusing } : {};
  const flow = new RefreshTokenFlow({ ...scene.options(), refreshToken, timeout, ...own });
  await flow.getAccessTokenRefreshIfNecessary();
  return flow;
}

/** Asks by a grant that redeems nothing, and whose answer is the fault. */
async function request(fault: Fault, timeout?: number): Promise<ClientCredentialsFlow> {
  if (fault !== refused) scene.server.nextAnswers({ endpoint: 'token' }, fault);
  const own = fault === refused ? { fetch: refusing } : {};
  const options = { ...scene.options(), clientId: 'machine', clientSecret: 'machine-secret', timeout };
  const flow = new ClientCredentialsFlow({ ...options, ...own });
  await flow.getAccessTokenRefreshIfNecessary();
  return flow;
}

/** Says what a request came to, in the words of the tables. */
async function meaning(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'success';
  } catch (failure) {
    if (!(failure instanceof AuthFlowError)) throw failure;
    const codes = ['INVALID_GRANT', 'TOKEN_ANSWER_INVALID', 'INTERACTION_REQUIRED', 'REFRESH_TOKEN_SUSPECT'];
    return `\`${failure.name}\`${codes.includes(failure.code) ? `, code \`${failure.code}\`` : ''}`;
  }
}

const both = ['refresh', 'request'] as const;
const ask = { refresh, request };

/** What is injected for each row, and into which of the two questions. */
const answerCases: Partial<Record<string, readonly [readonly (keyof typeof ask)[], Record<string, () => Fault>]>> = {
  '408, 425, 429, 5xx, whatever the body says': [
    both,
    {
      '408': () => faults.empty(408),
      '425': () => faults.html(425),
      '429 with a time': () => faults.retryAfter(3),
      '500 that calls the token dead': () => error('invalid_grant', 500),
      '502': () => faults.html(502),
      '503': () => error('invalid_client', 503),
      '599': () => faults.empty(599),
    },
  ],
  '2xx, an object with a token, whatever else': [
    both,
    {
      'an error beside it': () => faults.changeFields((all) => ({ ...all, error: 'server_error' })),
      'another content type': () => faults.contentType('text/html; charset=utf-8'),
      'fields of odd types': () => faults.changeFields((all) => ({ ...all, scope: 5, id_token: [], expires_in: {} })),
    },
  ],
  'to a refresh: `interaction_required` or another word for "a person is needed"': [
    ['refresh'],
    Object.fromEntries(
      ['interaction_required', 'login_required', 'account_selection_required', 'consent_required', 'mfa_required'].map(
        (word) => [word, () => error(word)],
      ),
    ),
  ],
  'to a refresh: `invalid_grant`, or another word for a dead token': [
    ['refresh'],
    Object.fromEntries(
      [...'invalid_grant bad_refresh_token invalid_refresh_token'.split(' '), 'invalid_token', 'token_revoked']
        .concat('token_expired', 'expired_token')
        .flatMap((word) => [200, 400, 401, 403].map((status) => [`${word} ${status}`, () => error(word, status)])),
    ),
  ],
  'to a refresh: 400, 403, 404 with an OAuth error that blames neither client nor request; 400 with nothing': [
    ['refresh'],
    {
      ...Object.fromEntries(
        [400, 403, 404].flatMap((status) =>
          ['invalid_request', 'access_denied', 'revoked_token'].map((word) => [
            `${word} ${status}`,
            () => error(word, status),
          ]),
        ),
      ),
      nothing: () => faults.empty(400),
    },
  ],
  'to another grant: `invalid_grant`, or another word for a dead code': [
    ['request'],
    { '400': () => error('invalid_grant') },
  ],
  '`temporarily_unavailable`, `server_error`': [
    both,
    { unavailable: () => error('temporarily_unavailable'), error: () => error('server_error', 200) },
  ],
  '`invalid_client`, `unauthorized_client`; 401 with an OAuth error but of scope, target, grant type': [
    both,
    {
      client: () => error('invalid_client', 401),
      'client with status 400': () => error('invalid_client'),
      unauthorized: () => error('unauthorized_client'),
      'of the API’s own': () => error('access_denied', 401),
    },
  ],
  'any other OAuth error': [
    both,
    {
      scope: () => error('invalid_scope'),
      'scope 401': () => error('invalid_scope', 401),
      phrase: () => error('Forbidden', 403),
      success: () => error('odd', 200),
    },
  ],
  '2xx without any of these, to a refresh: nothing, HTML, a list, torn JSON': [
    ['refresh'],
    {
      nothing: () => faults.empty(200),
      '204': () => faults.empty(204),
      HTML: () => faults.html(200),
      'a list': () => body([{ access_token: 'a' }, { access_token: 'b' }]),
      null: () => body(null),
      'an access token that is no text': () => body({ access_token: 5, token_type: 'Bearer' }),
      'an error that is no text': () => body({ error: { code: 'odd' } }),
    },
  ],
  '2xx without any of these, to another grant': [
    ['request'],
    { nothing: () => faults.empty(200), HTML: () => faults.html(200), 'a list': () => body([]), text: () => body('a') },
  ],
  '401, 403 without an OAuth error: nothing, HTML': [
    both,
    { '401': () => faults.empty(401), '403': () => faults.empty(403), HTML: () => faults.html(403) },
  ],
  '3xx, other 4xx without an OAuth error: nothing, HTML, a list': [
    both,
    {
      '404': () => faults.html(404),
      'a redirect': () => faults.redirect('/elsewhere', { status: 302 }),
      'a redirect that keeps the body': () => faults.redirect('http://127.0.0.1:9/', { status: 307 }),
      '304': () => faults.empty(304),
    },
  ],
};

const timeIsUp = 'sent, and nothing comes, or so slowly that the time is up';
const silenceCases: Partial<Record<string, Record<string, () => Fault>>> = {
  'never sent: no name, no connection, no tunnel through a proxy, no TLS, no file descriptor': {
    refused: () => refused,
  },
  'sent, and the connection ends before an answer or within one': {
    before: () => faults.reset(),
    'after the server acted': () => faults.reset({ processed: true }),
    within: () => faults.truncate(),
  },
  [timeIsUp]: {
    nothing: () => faults.hang(),
    slowly: () => faults.drip(100),
  },
  'sent, and the answer is too large, or has no end': { large: () => faults.oversize(1_100_000) },
};

const secondsNow = (): number => Math.floor(scene.clock.now() / 1000);
type Fields = Readonly<Record<string, unknown>>;

/** Values for each row, and what they must be taken for. */
const fieldCases: Partial<
  Record<string, readonly [readonly Fields[], (flow: RefreshTokenFlow, told: number) => void]>
> = {
  '`token_type`: `bearer`, `BEARER`': [
    [{ token_type: 'bearer' }, { token_type: 'BEARER' }],
    (flow, told) => {
      expect([flow.tokens.tokenType.toLowerCase(), told]).toEqual(['bearer', 0]);
    },
  ],
  '`token_type`: missing, null': [
    [{ token_type: undefined }, { token_type: null }],
    (flow, told) => {
      expect([flow.tokens.tokenType, told]).toEqual(['Bearer', 1]);
    },
  ],
  '`token_type`: unknown': [
    [{ token_type: 'N_A' }],
    (flow, told) => {
      expect([flow.tokens.tokenType, told]).toEqual(['N_A', 1]);
    },
  ],
  '`scope`: a list': [
    [{ scope: ['read', 'write'] }],
    (flow, told) => {
      expect([flow.scope, told]).toEqual(['read write', 0]);
    },
  ],
  '`expires_in`: a number, a number as text': [
    [{ expires_in: 600 }, { expires_in: '600' }],
    (flow) => {
      expect(expiry(flow)).toBe(secondsNow() + 600);
    },
  ],
  '`expires_in`: a time to come, in seconds since 1970': [
    [{ expires_in: 4_102_444_800 }, { expires_in: '4102444800' }],
    (flow) => {
      expect(expiry(flow)).toBe(4_102_444_800);
    },
  ],
  '`expires_in_sec`: a number': [
    [{ expires_in_sec: 600, expires_in: 600_000 }],
    (flow) => {
      expect(expiry(flow)).toBe(secondsNow() + 600);
    },
  ],
  '`expires_in`: fractional': [
    [{ expires_in: 600.9 }, { expires_in: '600.9' }],
    (flow) => {
      expect(expiry(flow)).toBe(secondsNow() + 600);
    },
  ],
  '`expires_in`: 0, negative': [
    [{ expires_in: 0 }, { expires_in: -5 }],
    (flow) => {
      expect(expiry(flow)).toBe(secondsNow());
    },
  ],
  '`expires_in`: huge': [
    [{ expires_in: 1e300 }, { expires_in: '1e400' }],
    (flow) => {
      expect(expiry(flow)).toBe(8_640_000_000_000);
    },
  ],
  '`expires_at`, `expires_on`, `expires`: where `expires_in` is missing': [
    [
      { expires_in: undefined, expires_at: 4_102_444_800 },
      { expires_in: null, expires_on: '4102444800' },
      { expires_in: undefined, expires: '2100-01-01T00:00:00Z' },
    ],
    (flow) => {
      expect(expiry(flow)).toBe(4_102_444_800);
    },
  ],
  '`expires_in`: missing, null, text that is no number': [
    [{ expires_in: undefined }, { expires_in: null }, { expires_in: 'soon' }],
    (flow) => {
      expect(flow.expiresAt).toBeUndefined();
    },
  ],
};

function expiry(flow: RefreshTokenFlow): number {
  return (flow.expiresAt?.getTime() ?? NaN) / 1000;
}

describe('docs/server-answers.md', () => {
  test('has a case for each of its rows, and no case without a row', () => {
    expect(Object.keys(answerCases)).toEqual(answers.map(([answer]) => answer));
    expect(Object.keys(silenceCases)).toEqual(silences.map(([silence]) => silence));
    expect(Object.keys(fieldCases)).toEqual(fields.map(([field, value]) => `${field}: ${value}`));
  });

  describe.each(answers)('says of a complete answer: %s', (answer, expected) => {
    const [questions, cases] = answerCases[answer] ?? [[], {}];
    const runs = Object.entries(cases).flatMap(([name, fault]) =>
      questions.map((which) => [name, which, fault] as const),
    );
    test.each(runs)('%s, to a %s', async (_name, which, fault) => {
      expect(await meaning(ask[which](fault()))).toBe(expected.replace(', with `retryAfter`', ''));
    });
  });

  describe.each(silences)('says of none: %s', (silence, ofRefresh, ofRequest) => {
    test.each(Object.entries(silenceCases[silence] ?? {}))('%s', async (_name, fault) => {
      const timeout = silence === timeIsUp ? 1 : undefined; // seconds; real, since a fetch is real, and long enough to connect in
      expect(await meaning(refresh(fault(), timeout))).toBe(ofRefresh);
      expect(await meaning(request(fault(), timeout))).toBe(ofRequest);
    });
  });

  describe.each(fields)('says of %s: %s', (field, value) => {
    const [values, check] = fieldCases[`${field}: ${value}`] ?? [[], () => undefined];
    test.each(values.map((one) => [JSON.stringify(one), one] as const))('%s', async (_name, changed) => {
      const refreshToken = await scene.refreshToken();
      scene.server.nextAnswers(
        { endpoint: 'token' },
        faults.changeFields((all) => ({ ...all, ...changed })),
      );
      const flow = new RefreshTokenFlow({ ...scene.options(), refreshToken });
      let told = 0;
      flow.events.on('answerInvalid', () => told++);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
      check(flow, told);
    });
  });
});
