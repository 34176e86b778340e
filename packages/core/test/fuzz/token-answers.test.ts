import { describe, test } from '@jest/globals';
import { AuthFlowError, ClientCredentialsFlow, DeviceCodeFlow, MemoryTokenStorage, TokenSet } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import { mergeAnswer } from '../../dist/tokens/merge.js';
import { readTokenAnswer } from '../../dist/server/endpoint-answer.js';
import { type Answer, deliver } from './answer.js';
import { expectKinds, fuzz, patience } from './fuzz.js';
import { listen } from './listen.js';
import { basic, expectNoSecret, marks, shown, told } from './marks.js';
import { heldBy, tokenAnswers } from './token-answers.js';

/** A whole flow takes about a millisecond: it gets a twentieth of the cases, the decision in it all of them. */
const share = 1 / 20;
const mostRequests = 2;
const server = { issuer: 'https://as.example', tokenEndpoint: 'https://as.example/token' };
const old = { access_token: marks.oldAccess, refresh_token: marks.oldRefresh, scope: 'read', expires_at: 1_000_000 };

/** Options of a flow that meets one answer, however often it asks. */
function meeting(answer: Answer) {
  const storage = new MemoryTokenStorage();
  let requests = 0;
  const options = {
    server: { ...server, deviceAuthorizationEndpoint: 'https://as.example/device' },
    clientId: 'client',
    clientSecret: marks.clientSecret,
    key: 'credential',
    clock: new TestClock({ autoAdvance: true }),
    storage,
    fetch: (_url: unknown, init?: RequestInit) => {
      if (++requests > mostRequests) throw new Error('This is a storm of requests.');
      return deliver(answer, init);
    },
  };
  return { options, storage };
}

async function outcomeOf(call: Promise<string>): Promise<{ token?: string; error?: AuthFlowError }> {
  try {
    return { token: await call };
  } catch (error) {
    if (error instanceof AuthFlowError) return { error };
    throw new Error(`No AuthFlowError, but ${shown(error)}`, { cause: error });
  }
}

function expectSame(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`${what} is ${String(found)}, not ${String(expected)}`);
}

async function renewal(answer: Answer): Promise<string> {
  const { options, storage } = meeting(answer);
  await storage.save('credential', TokenSet.from(old), { expected: undefined });
  const flow = new DeviceCodeFlow(options);
  const events = listen(flow.events);
  const { token, error } = await outcomeOf(flow.getAccessTokenRefreshIfNecessary());
  expectNoSecret(shown([error, ...events, flow]) + shown(error));
  const stored = await storage.load('credential');
  const held = heldBy(answer);
  expectSame(token, held.accessToken, 'the token');
  expectSame(stored?.accessToken, held.accessToken ?? marks.oldAccess, 'the stored token');
  expectSame(stored?.refreshToken, held.refreshToken ?? marks.oldRefresh, 'the stored refresh token');
  expectSame(TokenSet.from(JSON.stringify(stored)).refreshToken, stored?.refreshToken, 'what can be read back');
  const rotation = held.refreshToken === undefined ? '' : ', rotated';
  return (error?.code ?? 'renewed') + rotation;
}

async function firstGrant(answer: Answer): Promise<string> {
  const { options, storage } = meeting(answer);
  const flow = new ClientCredentialsFlow(options);
  const events = listen(flow.events);
  const { token, error } = await outcomeOf(flow.getAccessTokenRefreshIfNecessary());
  expectNoSecret(shown([error, ...events, flow]) + shown(error));
  const { accessToken } = heldBy(answer);
  expectSame(token, accessToken, 'the token');
  expectSame((await storage.load('credential'))?.accessToken, accessToken, 'the stored token');
  return error?.code ?? 'granted';
}

const sent = [marks.oldRefresh, marks.clientSecret];
const previous = TokenSet.from(old);
const now = Date.UTC(2026, 0, 1);

/** What the flow makes of an answer, without the flow: fast enough for a million. */
function decision({ status, headers, body }: Answer): string {
  const held = heldBy({ status, headers, body, failure: 'none' });
  const text = status === 204 || status === 205 ? '' : body.replace(/^\ufeff/, ''); // as fetch decodes it
  const question = { purpose: 'refresh_token', secrets: [...sent, basic], now };
  try {
    const answer = readTokenAnswer({ status, text, headers: new Headers(headers) }, question);
    const merged = TokenSet.from(JSON.stringify(mergeAnswer(answer, now, previous)));
    expectSame(merged.accessToken, held.accessToken ?? marks.oldAccess, 'the access token');
    expectSame(merged.refreshToken, held.refreshToken ?? marks.oldRefresh, 'the refresh token');
    expectNoSecret(merged.toString());
    return held.refreshToken === undefined ? 'kept' : 'rotated';
  } catch (error) {
    if (!(error instanceof AuthFlowError)) throw error;
    expectSame(held.accessToken ?? held.refreshToken, undefined, 'what was thrown away');
    expectNoSecret(told(error));
    return error.code;
  }
}

describe('any answer of a token endpoint', () => {
  test(
    'is judged so that no token in it is thrown away, and no secret shown',
    async () => {
      const kinds = await fuzz('token answers', tokenAnswers(...sent), decision);
      const usual = ['kept', 'rotated', 'REFRESH_OUTCOME_UNKNOWN', 'TOKEN_REQUEST_REFUSED'];
      expectKinds(kinds, [...usual, 'TOKEN_ENDPOINT_UNAVAILABLE', 'CLIENT_REJECTED'], ['INVALID_REFRESH_TOKEN']);
    },
    patience,
  );

  test(
    'to a renewal never loses a refresh token, never shows a secret, and is an AuthFlowError or a token',
    async () => {
      const kinds = await fuzz('token answers, renewal', tokenAnswers(...sent), renewal, { share });
      const renewed = ['renewed', 'renewed, rotated', 'TOKEN_ANSWER_INVALID, rotated'];
      const failed = [
        'REFRESH_OUTCOME_UNKNOWN',
        'TOKEN_REQUEST_REFUSED',
        'TOKEN_ENDPOINT_UNAVAILABLE',
        'CLIENT_REJECTED',
      ];
      expectKinds(kinds, [...renewed, ...failed], ['INVALID_REFRESH_TOKEN']);
    },
    patience,
  );

  test(
    'to a first grant is taken or told, and never shows a secret',
    async () => {
      const kinds = await fuzz('token answers, first grant', tokenAnswers(marks.clientSecret), firstGrant, { share });
      const usual = ['granted', 'TOKEN_ANSWER_INVALID', 'TOKEN_REQUEST_REFUSED'];
      expectKinds(kinds, [...usual, 'TOKEN_ENDPOINT_UNAVAILABLE', 'CLIENT_REJECTED'], ['INVALID_GRANT']);
    },
    patience,
  );
});
