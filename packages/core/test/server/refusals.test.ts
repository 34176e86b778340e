import { describe, expect, test } from '@jest/globals';
import {
  ClientRejectedError,
  InvalidRefreshTokenError,
  LoginRequiredError,
  OAuthError,
  RefreshOutcomeUnknownError,
  TokenEndpointUnavailableError,
  TokenRequestError,
} from '@latchkey/core';
import { readTokenAnswer } from '../../dist/server/endpoint-answer.js';
import { mayNotRefresh } from '../../dist/server/refusals.js';

const now = Date.UTC(2026, 0, 1);

/** What an answer of the token endpoint is taken for. */
function judge(status: number, body: unknown, purpose = 'refresh_token', secrets: string[] = []): OAuthError {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    readTokenAnswer({ status, text, headers: new Headers({ 'retry-after': '300' }) }, { purpose, secrets, now });
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error('It is a success.');
}

/** What servers answer to a refresh token that has ended, and what an error must say of it. */
const dead: [string, number, unknown, string, string | undefined][] = [
  ['RFC 6749', 400, { error: 'invalid_grant' }, 'invalid_grant', undefined],
  [
    'GitHub',
    200,
    { error: 'bad_refresh_token', error_description: 'It is incorrect.' },
    'bad_refresh_token',
    'It is incorrect.',
  ],
  ['Slack', 200, { ok: false, error: 'invalid_refresh_token' }, 'invalid_refresh_token', undefined],
  ['Cloud Foundry', 401, { error: 'invalid_token', error_description: 'expired' }, 'invalid_token', 'expired'],
  ['Zoho', 200, { error: 'invalid_code' }, 'invalid_code', undefined],
  [
    'Fitbit',
    400,
    { errors: [{ errorType: 'invalid_grant', message: 'Refresh token invalid.' }], success: false },
    'invalid_grant',
    'Refresh token invalid.',
  ],
  [
    'HubSpot',
    400,
    { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token', correlationId: 'c' },
    'BAD_REFRESH_TOKEN',
    'missing or invalid refresh token',
  ],
  [
    'Strava',
    400,
    { message: 'Bad Request', errors: [{ resource: 'RefreshToken', field: 'refresh_token', code: 'invalid' }] },
    'invalid',
    'RefreshToken refresh_token',
  ],
  [
    'Twitch',
    400,
    { error: 'Bad Request', status: 400, message: 'Invalid refresh token' },
    'Bad Request',
    'Invalid refresh token',
  ],
  [
    'Square',
    401,
    { message: 'Invalid refresh token', type: 'service.not_authorized' },
    'service.not_authorized',
    'Invalid refresh token',
  ],
  [
    'Atlassian',
    403,
    { error: 'unauthorized_client', error_description: 'refresh_token is invalid' },
    'unauthorized_client',
    'refresh_token is invalid',
  ],
  [
    'X',
    400,
    { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
    'invalid_request',
    'Value passed for the token was invalid.',
  ],
  [
    'league/oauth2-server 7',
    401,
    { error: 'invalid_request', message: 'The refresh token is invalid.', hint: 'Token has been revoked' },
    'invalid_request',
    'The refresh token is invalid.',
  ],
  [
    '@jmondi/oauth2-server',
    400,
    { error: 'invalid_request', error_description: 'Cannot decrypt the refresh token' },
    'invalid_request',
    'Cannot decrypt the refresh token',
  ],
  [
    '@jmondi/oauth2-server',
    400,
    { error: 'invalid_request', error_description: 'Token has been revoked' },
    'invalid_request',
    'Token has been revoked',
  ],
  [
    '@jmondi/oauth2-server',
    400,
    { error: 'invalid_request', error_description: 'Token has expired' },
    'invalid_request',
    'Token has expired',
  ],
  [
    'Authlib',
    400,
    { error: 'invalid_request', error_description: 'Invalid "refresh_token" in request.' },
    'invalid_request',
    'Invalid "refresh_token" in request.',
  ],
  [
    'athenaFlex',
    400,
    { expires_in: 0, error: 'invalid_client', error_description: 'Refresh token could not be mapped to the original.' },
    'invalid_client',
    'Refresh token could not be mapped to the original.',
  ],
  [
    'a server that nests its error',
    400,
    { error: { code: 'invalid_grant', message: 'It has ended.' } },
    'invalid_grant',
    'It has ended.',
  ],
  [
    'a server that answers by a form',
    400,
    'error=invalid_grant&error_description=It+ended',
    'invalid_grant',
    'It ended',
  ],
];

describe('a refresh token has ended where the refusal is that of', () => {
  test.each(dead)('%s', (_server, status, body, error, errorDescription) => {
    const found = judge(status, body);
    expect(found).toMatchObject({
      constructor: InvalidRefreshTokenError,
      code: 'INVALID_REFRESH_TOKEN',
      status,
      error,
    });
    expect(found.errorDescription).toBe(errorDescription);
    expect(found.message).toContain(`status ${status}, ${error}`);
  });
});

test.each(dead)('an outage is none of it, though it is worded as by %s', (_server, _status, body) => {
  for (const status of [429, 500, 503]) {
    expect(judge(status, body)).toBeInstanceOf(TokenEndpointUnavailableError);
  }
});

test.each(dead)('another grant speaks of no refresh token, though it is refused as by %s', (_server, status, body) => {
  for (const purpose of ['authorization_code', 'client_credentials', 'userinfo']) {
    expect(judge(status, body, purpose)).not.toBeInstanceOf(LoginRequiredError);
  }
});

describe('a refresh token is suspect', () => {
  const words = ['invalid_request', 'access_denied', 'revoked_token', 'token_not_found', 'authorization_expired'];
  test.each(words.flatMap((word) => [400, 403, 404].map((status) => [word, status] as const)))(
    'where %s comes with status %i',
    (error, status) => {
      const found = judge(status, { error, error_description: 'as it says' });
      expect(found).toMatchObject({
        constructor: LoginRequiredError,
        code: 'REFRESH_TOKEN_SUSPECT',
        retryable: false,
        status,
        error,
        errorDescription: 'as it says',
        message: expect.stringContaining(`status ${status}, ${error}, as it says`),
      });
    },
  );

  test.each([
    ['nothing', ''],
    ['white space', ' \r\n'],
  ])('where status 400 comes with %s, as from Glewlwyd', (_what, body) => {
    expect(judge(400, body)).toMatchObject({ code: 'REFRESH_TOKEN_SUSPECT', status: 400 });
  });

  test('where another error has the words that a server says beside its own', () => {
    const said = { error: 'not_invalid_request', error_description: 'Value passed for the token was invalid.' };
    expect(judge(400, said)).toMatchObject({ code: 'REFRESH_TOKEN_SUSPECT' });
  });

  test('where a form says so', () => {
    expect(judge(400, 'error=access_denied')).toMatchObject({ code: 'REFRESH_TOKEN_SUSPECT' });
  });
});

/** Refusals that must not prompt anybody: the status, the body, and what they are taken for. */
const noReason: [number, unknown, abstract new (...details: never[]) => OAuthError][] = [
  ...[
    'invalid_scope invalid_scopes insufficient_scope invalid_target invalid_resource invalid_audience',
    'invalid_dpop_proof use_dpop_nonce invalid_authorization_details redirect_uri_mismatch invalid_grant_type',
    'unsupported_grant_type unsupported_token_type invalid_client_metadata service_unavailable internal_error',
    'rate_exceeded limit_exceeded request_ratelimited quota_exceeded request_throttled slow_down',
    'Forbidden not_found bad_request method_not_allowed not_acceptable request_timeout error',
  ].flatMap((words) =>
    words.split(' ').map((error): [number, unknown, typeof TokenRequestError] => [400, { error }, TokenRequestError]),
  ),
  [403, { error: 'Access Denied' }, TokenRequestError],
  [403, { error: 'Forbidden' }, TokenRequestError],
  [400, { error: 'invalid_client' }, ClientRejectedError],
  [400, { error: 'unauthorized_client' }, ClientRejectedError],
  [400, { error: 'temporarily_unavailable' }, TokenEndpointUnavailableError],
  [400, { error: 'server_error' }, TokenEndpointUnavailableError],
  [400, { error: 'too_many_requests' }, TokenEndpointUnavailableError],
  [401, { error: 'access_denied', error_description: 'Unauthorized' }, ClientRejectedError],
  [401, { error: 'invalid_request' }, ClientRejectedError],
  [401, '', ClientRejectedError],
  [403, '', ClientRejectedError],
  [403, '<html><body>Blocked</body></html>', ClientRejectedError],
  [403, { error: { code: 403, message: 'Denied', status: 'PERMISSION_DENIED' } }, ClientRejectedError],
  [400, '<html><body>error=invalid_grant</body></html>', TokenRequestError],
  [400, '[]', TokenRequestError],
  [400, { message: 'Bad Request' }, TokenRequestError],
  [404, '', TokenRequestError],
  [302, '', TokenRequestError],
  [302, { error: 'access_denied' }, TokenRequestError],
  [200, { error: 'access_denied' }, TokenRequestError],
  [200, '', RefreshOutcomeUnknownError],
  [200, { error: { code: 'access_denied' } }, RefreshOutcomeUnknownError],
];

test.each(noReason)('nobody is asked to log in for status %i with %j', (status, body, expected) => {
  const found = judge(status, body);
  expect(found.constructor).toBe(expected);
  expect(found).toMatchObject({ status });
});

describe('a person is needed, and the refresh token lives', () => {
  test.each(['interaction_required', 'login_required', 'account_selection_required', 'consent_required'])(
    'where OpenID’s %s comes',
    (error) => {
      expect(judge(400, { error })).toMatchObject({
        constructor: LoginRequiredError,
        code: 'INTERACTION_REQUIRED',
        error,
      });
    },
  );

  test.each(['basic_action', 'additional_action', 'message_only', 'consent_required', 'user_password_expired'])(
    'where Entra puts %s beside invalid_grant',
    (suberror) => {
      const claims = '{"access_token":{"capolids":{"essential":true,"values":["c-1"]}}}';
      const said = { error: 'invalid_grant', error_description: 'AADSTS50076: Due to a change', suberror, claims };
      expect(judge(400, said)).toMatchObject({
        constructor: LoginRequiredError,
        code: 'INTERACTION_REQUIRED',
        error: 'invalid_grant',
        errorDescription: 'AADSTS50076: Due to a change',
        suberror,
        claims,
        remedy: expect.stringContaining('parameter claims'),
      });
    },
  );

  test.each(['bad_token', 'token_expired'])('and not where Entra puts %s beside it', (suberror) => {
    expect(judge(400, { error: 'invalid_grant', suberror })).toMatchObject({
      constructor: InvalidRefreshTokenError,
      suberror,
    });
  });

  test('where Google wants a new proof of presence', () => {
    const said = { error: 'invalid_grant', error_description: 'reauth related error', error_subtype: 'invalid_rapt' };
    expect(judge(400, said)).toMatchObject({ code: 'INTERACTION_REQUIRED', suberror: 'invalid_rapt' });
  });

  test('where Auth0 wants a second factor, whose token is shown nowhere', () => {
    const mfa_token = 'Fe26.2*mfa-token-of-this-login';
    const said = { error: 'mfa_required', error_description: `Use ${mfa_token} for it`, mfa_token };
    const found = judge(403, said);
    expect(found).toMatchObject({ code: 'INTERACTION_REQUIRED', error: 'mfa_required' });
    expect(found).toMatchObject({ errorDescription: 'Use [redacted] for it' });
    expect(JSON.stringify(found) + found.message).not.toContain('Fe26');
  });
});

describe('an error that comes of an answer', () => {
  const said = {
    error: 'odd\nword',
    error_description: `no\u001b[2J\u2028here`,
    suberror: 'finer\u0007code',
    claims: '{"userinfo":\n{"acr":{"essential":true}}}',
  };
  const statuses: [number, string][] = [
    [400, 'refresh_token'],
    [401, 'refresh_token'],
    [200, 'refresh_token'],
    [503, 'refresh_token'],
    [400, 'client_credentials'],
    [403, 'userinfo'],
  ];

  test.each(statuses)('of status %i, to %s, keeps all that the server said, on one line', (status, purpose) => {
    expect(judge(status, said, purpose)).toMatchObject({
      status,
      error: 'odd word',
      errorDescription: 'no [2J here',
      suberror: 'finer code',
      claims: '{"userinfo": {"acr":{"essential":true}}}',
      retryAfter: 300,
    });
  });

  test('without a token keeps the status and the time to wait', () => {
    expect(judge(200, '<html>')).toMatchObject({
      constructor: RefreshOutcomeUnknownError,
      status: 200,
      retryAfter: 300,
    });
  });

  test.each(['error', 'error_description', 'suberror', 'claims', 'message'])('hides what is echoed in %s', (field) => {
    const secret = 'rt-0123456789abcdef';
    const inner = 'at-fedcba9876543210';
    const echoed = { error: 'odd', [field]: `see ${secret} and ${inner}`, nested: { session_token: inner } };
    const found = judge(400, echoed, 'refresh_token', [secret]);
    const shown = JSON.stringify({ ...found, message: found.message });
    expect(shown).toContain('[redacted]');
    expect(shown).not.toMatch(/0123456789|fedcba9876/);
  });
});

describe('another grant', () => {
  test.each([
    ['incorrect_client_credentials', 'GitHub'],
    ['bad_client_secret', 'Slack'],
    ['invalid_client_id', 'Slack'],
  ])('is refused for its client where status 200 says %s, as %s does', (error) => {
    expect(judge(200, { error }, 'authorization_code')).toBeInstanceOf(ClientRejectedError);
  });

  test('of a device goes on where 401 says that approval is pending', () => {
    const found = judge(401, { error: 'authorization_pending' }, 'urn:ietf:params:oauth:grant-type:device_code');
    expect(found).toMatchObject({ constructor: TokenRequestError, error: 'authorization_pending' });
  });

  test('by a password is refused where league/oauth2-server says invalid_credentials', () => {
    const found = judge(401, { error: 'invalid_credentials', message: 'They were incorrect.' }, 'password');
    expect(found).toMatchObject({ constructor: TokenRequestError, code: 'INVALID_GRANT' });
    expect(found.remedy).toContain('Check user name and password');
  });
});

describe('mayNotRefresh', () => {
  test.each([
    ['unauthorized_client', true],
    ['unsupported_grant_type', true],
    ['invalid_client', false],
    ['invalid_scope', false],
    ['invalid_grant', false],
  ])('of %s is %s', (error, expected) => {
    expect(mayNotRefresh(judge(400, { error }))).toBe(expected);
  });

  test('is false where 401 says that the client could not prove itself, as Keycloak words a wrong secret', () => {
    expect(mayNotRefresh(judge(401, { error: 'unauthorized_client' }))).toBe(false);
  });

  test('is false of all that is no answer', () => {
    expect(mayNotRefresh(new Error('unauthorized_client'))).toBe(false);
    expect(mayNotRefresh(undefined)).toBe(false);
  });
});

test('tokens in a form are tokens', () => {
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
  const text = 'access_token=a&refresh_token=r&expires_in=60';
  const body = readTokenAnswer({ status: 200, text, headers }, { purpose: 'refresh_token', secrets: [], now });
  expect(body).toEqual({ access_token: 'a', refresh_token: 'r', expires_in: '60' });
});
