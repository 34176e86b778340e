import { describe, expect, test } from '@jest/globals';
import {
  AuthorizationCodeFlow,
  ClientCredentialsFlow,
  DeviceCodeFlow,
  PasswordFlow,
  RefreshTokenFlow,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';

const origin = 'https://as.example';
const server = {
  tokenEndpoint: `${origin}/token`,
  authorizationEndpoint: `${origin}/authorize`,
  pushedAuthorizationRequestEndpoint: `${origin}/par`,
  deviceAuthorizationEndpoint: `${origin}/device`,
  userinfoEndpoint: `${origin}/userinfo`,
};
const tokens = { access_token: 'at-1', token_type: 'Bearer', expires_in: 60, refresh_token: 'rt-2' };
const page = '<!DOCTYPE html><title>Attention Required!</title>';

/** Options of a flow whose server answers tokens, and at some paths what is said here. */
function answering(answers: Readonly<Record<string, () => Response>>) {
  const fetch = (url: unknown): Promise<Response> =>
    Promise.resolve(answers[new URL(String(url)).pathname]?.() ?? Response.json(tokens));
  return { server, clientId: 'app', fetch };
}

/** A Response with a status that its constructor refuses, as fetch itself delivers it. */
const withStatus = (status: number): Response => Object.defineProperty(new Response('no'), 'status', { value: status });

describe('parameters that are sent ahead', () => {
  const push = (answer: () => Response): Promise<unknown> =>
    new AuthorizationCodeFlow({ ...answering({ '/par': answer }), pushedAuthorization: true }).startAuthorization({
      redirectUri: 'https://app.example/back',
    });
  const request_uri = 'urn:ietf:params:oauth:request_uri:1';

  test.each([
    ['200, where RFC 9126 wants 201', 200, { request_uri, expires_in: 60 }],
    ['201, and no lifetime', 201, { request_uri }],
    ['201, and a lifetime as text', 201, { request_uri, expires_in: '60' }],
    ['201, and no lifetime, said by null', 201, { request_uri, expires_in: null }],
  ])('are taken where the server answers with status %s', async (_what, status, body) => {
    const started = await push(() => Response.json(body, { status }));
    const url = `${origin}/authorize?request_uri=${encodeURIComponent(request_uri)}&client_id=app`;
    expect(started).toMatchObject({ url });
  });

  test('are not called refused where a page comes in place of an answer', async () => {
    await expect(push(() => new Response(page))).rejects.toMatchObject({
      status: 200,
      message: expect.stringContaining('its body is no JSON object'),
      remedy: expect.stringContaining('no proxy, firewall or gateway'),
    });
  });
});

describe('claims about the user, where the server answers with a status beyond 599', () => {
  test('are not there for now, and the status is told', async () => {
    const flow = new RefreshTokenFlow({ ...answering({ '/userinfo': () => withStatus(999) }), refreshToken: 'rt-1' });
    await expect(flow.fetchUserInfo()).rejects.toMatchObject({
      constructor: TokenEndpointUnavailableError,
      status: 999,
    });
  });
});

describe('a refusal without a word of OAuth', () => {
  const refused = (status: number, body: string | null) => {
    const flow = new ClientCredentialsFlow(answering({ '/token': () => new Response(body, { status }) }));
    return flow.getAccessTokenRefreshIfNecessary();
  };

  test.each([
    [404, page, 'status 404, Attention Required!'],
    [405, null, 'status 405'],
    [418, 'no', 'status 418'],
    [
      400,
      '<html>\n<head><title>400 No required SSL certificate was sent</title>',
      'status 400, No required SSL certificate',
    ],
    [404, '404 page not found\n', 'status 404, page not found'],
    [400, `${'t'.repeat(21)} is no token`, 'status 400)'],
    [400, 'refresh_token=rt-1 is no token', 'status 400)'],
    [400, '<title>Success code 4A1b</title>', 'status 400)'],
  ])('may come of somebody else than the server: status %i with %s', async (status, body, said) => {
    await expect(refused(status, body)).rejects.toMatchObject({
      code: 'TOKEN_REQUEST_REFUSED',
      message: expect.stringContaining(said),
      remedy: expect.stringMatching(/^Check that this is the right URL, and that no proxy/),
    });
  });

  test.each([
    [403, page, /no proxy, firewall or gateway .* check clientId/],
    [401, page, /no proxy, firewall or gateway .* check clientId/],
    [401, null, /^Check clientId/],
    [403, '{"message":"Forbidden"}', /^Check clientId/],
  ])('%i with %s is a refusal of the client all the same', async (status, body, remedy) => {
    await expect(refused(status, body)).rejects.toMatchObject({
      code: 'CLIENT_REJECTED',
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe('an outage, as a gateway tells of it', () => {
  test.each([
    [500, /If the server refuses it then, log in/],
    [504, /If the server refuses it then, log in/],
    [429, /no reason to log in/],
    [503, /no reason to log in/],
  ])('may have cost the refresh token, or surely not: status %i', async (status, remedy) => {
    const flow = new RefreshTokenFlow({
      ...answering({ '/token': () => new Response(page, { status }) }),
      refreshToken: 'rt-1',
    });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'TOKEN_ENDPOINT_UNAVAILABLE',
      errorDescription: 'Attention Required!',
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe('tokens in words that nobody translates', () => {
  const answer = () => Response.json({ accessToken: 'token-of-8', user: { refreshToken: 'token-of-9' } });

  test('are named by the error of a login, and what to do, and not shown', async () => {
    const flow = new ClientCredentialsFlow(answering({ '/token': answer }));
    const error: unknown = await flow.getAccessTokenRefreshIfNecessary().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'TOKEN_ANSWER_INVALID',
      message: expect.stringContaining("in OAuth's words. What it has is called accessToken, user.refreshToken."),
      remedy: expect.stringContaining('dialect.answer'),
    });
    expect(JSON.stringify(error)).not.toContain('token-of-');
  });

  test('are named by the error of a renewal, and not shown', async () => {
    const flow = new RefreshTokenFlow({ ...answering({ '/token': answer }), refreshToken: 'rt-1' });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'REFRESH_OUTCOME_UNKNOWN',
      message: expect.stringContaining('accessToken, user.refreshToken'),
    });
  });
});

describe('a login that brings a refresh token alone', () => {
  test('does not say that this was kept', async () => {
    const answer = () => Response.json({ refresh_token: 'rt-2', token_type: 'Bearer' });
    const options = { ...answering({ '/token': answer }), username: 'ada', password: 'pass-word-1' };
    await expect(new PasswordFlow(options).getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      code: 'TOKEN_ANSWER_INVALID',
      message: 'The token endpoint answered without an access token.',
    });
  });
});

describe('a device login', () => {
  const code = { device_code: 'dc-1', user_code: 'AB', verification_uri: 'https://as.example/go', expires_in: 30 };
  const logIn = (token: () => Response, device: object = code) => {
    const clock = new TestClock({ autoAdvance: true });
    const options = { ...answering({ '/token': token, '/device': () => Response.json(device) }), clock };
    return new DeviceCodeFlow({ ...options, promptUser: () => undefined }).doFlow();
  };

  test('that ends with answers without a token tells of them, not of a person who was late alone', async () => {
    await expect(logIn(() => Response.json({ id_token: 'a.b.c' }))).rejects.toMatchObject({
      code: 'DEVICE_CODE_EXPIRED',
      cause: { code: 'TOKEN_ANSWER_INVALID' },
    });
  });

  test('that is led elsewhere says where to, and not that the server ended it', async () => {
    const elsewhere = () =>
      new Response(null, { status: 302, headers: { location: 'https://portal.example/?next=1' } });
    await expect(logIn(elsewhere)).rejects.toMatchObject({
      code: 'DEVICE_CODE_POLLING',
      message: expect.stringContaining('redirect (status 302) to https://portal.example/.'),
    });
  });

  test.each([
    ['device_code', { ...code, device_code: undefined }],
    ['user_code', { ...code, user_code: null }],
    ['verification_uri', { ...code, verification_uri: '/go' }],
  ])('without a %s that can be used says so', async (name, device) => {
    await expect(logIn(() => Response.json(tokens), device)).rejects.toMatchObject({
      code: 'DEVICE_CODE_REFUSED',
      message: expect.stringContaining(`without a ${name} that can be used`),
    });
  });
});
