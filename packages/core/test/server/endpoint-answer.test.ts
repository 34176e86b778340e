import { describe, expect, test } from '@jest/globals';
import {
  AuthFlowError,
  ClientRejectedError,
  InvalidRefreshTokenError,
  RefreshOutcomeUnknownError,
  TokenEndpointUnavailableError,
  TokenRequestError,
} from '@latchkey/core';
import { readRetryAfter, readTokenAnswer } from '../../dist/server/endpoint-answer.js';

const now = Date.UTC(2026, 0, 1);
const html = '<!doctype html><title>Log in to the hotel</title>';
const oauth = (error: string): string => JSON.stringify({ error, error_description: 'as it says' });

function ask(purpose: string, status: number, text: string, headers: Record<string, string> = {}): unknown {
  try {
    return readTokenAnswer({ status, text, headers: new Headers(headers) }, { purpose, secrets: [], now });
  } catch (error) {
    return error;
  }
}

describe('an answer of the token endpoint', () => {
  test.each([
    ['a success', 200, '{"access_token":"a","token_type":"bearer"}'],
    ['a success with status 201', 201, '{"access_token":"a"}'],
    ['tokens beside an error, with status 200', 200, '{"access_token":"a","error":"odd"}'],
    ['tokens beside an empty error', 200, '{"access_token":"a","error":""}'],
    ['a refresh token without an access token', 200, '{"refresh_token":"r"}'],
  ])('is tokens when it is %s', (_name, status, text) => {
    expect(ask('refresh_token', status, text)).toEqual(JSON.parse(text));
  });

  test.each([
    ['500 with an empty body', 500, ''],
    ['502 with HTML', 502, html],
    ['503 with an OAuth error', 503, oauth('temporarily_unavailable')],
    ['500 that calls the refresh token dead', 500, oauth('invalid_grant')],
    ['599', 599, ''],
    ['429', 429, oauth('slow_down')],
    ['408', 408, ''],
    ['425', 425, ''],
    ['400 with server_error', 400, oauth('server_error')],
    ['400 with temporarily_unavailable', 400, oauth('temporarily_unavailable')],
    ['400 with TEMPORARILY_UNAVAILABLE', 400, oauth('TEMPORARILY_UNAVAILABLE')],
  ])('is an outage when it is %s, whatever the grant', (_name, status, text) => {
    for (const grantType of ['refresh_token', 'password', 'client_credentials']) {
      expect(ask(grantType, status, text)).toBeInstanceOf(TokenEndpointUnavailableError);
    }
  });

  test.each([
    ['400 with invalid_grant', 400, oauth('invalid_grant')],
    ['403 with invalid_grant, as Auth0 says it', 403, oauth('invalid_grant')],
    ['401 with invalid_grant', 401, oauth('invalid_grant')],
    ['200 with bad_refresh_token, as GitHub says it', 200, oauth('bad_refresh_token')],
  ])('ends a refresh token when it is %s', (_name, status, text) => {
    expect(ask('refresh_token', status, text)).toBeInstanceOf(InvalidRefreshTokenError);
  });

  test('does not speak of a refresh token when another grant is refused', () => {
    expect(ask('password', 400, oauth('invalid_grant'))).toMatchObject({
      constructor: TokenRequestError,
      code: 'INVALID_GRANT',
      error: 'invalid_grant',
      retryable: false,
    });
  });

  test.each([
    ['400 with HTML', 400, html],
    ['404', 404, html],
    ['400 with JSON that is no object', 400, '["invalid_grant"]'],
    ['400 with an error that is no text', 400, '{"error":{"code":"invalid_something"}}'],
    ['a redirect', 302, ''],
    ['a redirect that keeps the method', 307, ''],
    ['an OAuth error of another kind', 400, oauth('invalid_scope')],
    ['an OAuth error with status 200', 200, oauth('invalid_request')],
  ])('is a refused request, and keeps the refresh token, when it is %s', (_name, status, text) => {
    const error = ask('refresh_token', status, text);
    expect(error).toBeInstanceOf(TokenRequestError);
    expect(error).toMatchObject({ status, retryable: false });
  });

  test.each([
    ['401 with nothing in it', 401, ''],
    ['403 with nothing in it', 403, ''],
    ['401 with HTML', 401, html],
    ['401 with invalid_client', 401, oauth('invalid_client')],
    ['400 with invalid_client', 400, oauth('invalid_client')],
    ['400 with unauthorized_client', 400, oauth('unauthorized_client')],
    ['400 with INVALID_CLIENT', 400, oauth('INVALID_CLIENT')],
  ])('is a refused client when it is %s', (_name, status, text) => {
    expect(ask('refresh_token', status, text)).toBeInstanceOf(ClientRejectedError);
  });

  test('says of a refused client that registered itself when it may be forgotten', () => {
    const remedy = expect.stringContaining('If error is invalid_client, one that registered itself may be forgotten');
    expect(ask('refresh_token', 401, oauth('invalid_client'))).toMatchObject({ error: 'invalid_client', remedy });
  });

  test.each([
    ['an empty body', ''],
    ['HTML', html],
    ['a JSON list', '[]'],
    ['JSON null', 'null'],
    ['an object without a token', '{"expires_in":3600}'],
    ['an access token that is no text', '{"access_token":5}'],
    ['torn JSON', '{"access_token":"a'],
  ])(
    'of status 200 with %s leaves the outcome of a refresh unknown, and is invalid for other grants',
    (_name, text) => {
      expect(ask('refresh_token', 200, text)).toBeInstanceOf(RefreshOutcomeUnknownError);
      expect(ask('client_credentials', 200, text)).toMatchObject({ code: 'TOKEN_ANSWER_INVALID', status: 200 });
    },
  );

  test('tells what the server said, printable and cut to length', () => {
    const text = JSON.stringify({
      error: 'invalid_scope',
      error_description: `no\n\u001b[31m\u2028\u2029${'x'.repeat(600)}`,
    });
    const error = ask('password', 400, text) as TokenRequestError;
    expect(error.error).toBe('invalid_scope');
    expect(error.errorDescription).toMatch(/^no {2}\[31m {2}x+$/);
    expect(error.errorDescription?.length).toBeLessThanOrEqual(500);
    expect(error.message).toContain('invalid_scope');
    expect(error).toBeInstanceOf(AuthFlowError);
  });

  test.each(['access_token', 'refresh_token', 'id_token'])(
    'tells nothing of the %s that stands in the body of an error',
    (name) => {
      const token = 'MARKED-token-of-the-error';
      const text = JSON.stringify({ error: 'odd', error_description: `not for ${token}`, [name]: token });
      expect(ask('password', 400, text)).toMatchObject({ error: 'odd', errorDescription: 'not for [redacted]' });
    },
  );

  test.each([
    ['120', 120],
    [' 0 ', 0],
    [new Date(now + 90_500).toUTCString(), 90],
    [new Date(now - 90_000).toUTCString(), 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', 2],
    ['2.0', 2],
    ['1.5.2', undefined],
    [null, undefined],
  ])('reads Retry-After %j as %j seconds', (value, seconds) => {
    expect(readRetryAfter(value, now)).toBe(seconds);
  });

  test('hands on how long to wait', () => {
    expect(ask('refresh_token', 429, '', { 'retry-after': '7' })).toMatchObject({ retryAfter: 7, status: 429 });
  });
});
