import { describe, test } from '@jest/globals';
import { AuthFlowError, DeviceCodeFlow, KeyvTokenStorage, TokenSet } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import fc from 'fast-check';
import { Keyv } from 'keyv';
import { expectKinds, fuzz, patience } from './fuzz.js';
import { expectNoSecret, marks, shown, told } from './marks.js';
import { storedTexts } from './stored-texts.js';

const now = Date.UTC(2026, 0, 1);

/** The tokens that a text holds, whatever stands beside them; read by nothing but JSON.parse. */
function tokensIn(text: string): (string | undefined)[] {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, '')); // as editors put one in front
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [undefined, undefined];
    const { access_token, refresh_token } = value as Record<string, unknown>;
    return [access_token, refresh_token].map((token) =>
      typeof token === 'string' && token !== '' ? token : undefined,
    );
  } catch {
    return [undefined, undefined];
  }
}

function expectTokens({ accessToken, refreshToken }: TokenSet, text: string): void {
  const expected = tokensIn(text);
  const found = [accessToken, refreshToken];
  if (String(found) !== String(expected)) throw new Error(`${String(found)} was read, not ${String(expected)}`);
}

function reading(text: string): string {
  let tokens: TokenSet;
  try {
    tokens = TokenSet.from(text, now);
  } catch (error) {
    expectNoSecret(told(error));
    if (tokensIn(text).some((token) => token !== undefined)) throw error;
    if (error instanceof SyntaxError || error instanceof TypeError) return error.name;
    throw error;
  }
  expectTokens(tokens, text);
  const { expiresAt, issuedAt, claims, idTokenClaims, tokenType, scope } = tokens;
  expectNoSecret([expiresAt?.toISOString(), issuedAt?.toISOString(), tokenType, tokens, String(tokens)].join());
  const again = TokenSet.from(JSON.stringify(tokens), now + 5000);
  expectTokens(again, text);
  const times = [again.expiresAt, again.issuedAt, again.generation];
  if (String(times) !== String([expiresAt, issuedAt, tokens.generation])) throw new Error('It is read back otherwise.');
  const kinds = [claims && 'claims', idTokenClaims && 'an id token', scope !== undefined && 'a scope'].filter(Boolean);
  return `tokens${expiresAt ? ' that end' : ''}${kinds.length > 0 ? ', with more' : ''}`;
}

/** What a Keyv store holds, as its own text or as something else. */
const kept = fc.oneof(
  { weight: 5, arbitrary: storedTexts.map((value) => JSON.stringify({ value })) },
  { weight: 2, arbitrary: storedTexts.map((text) => `{"value":${text},"expires":null}`) },
  { weight: 2, arbitrary: storedTexts },
  { weight: 1, arbitrary: fc.constantFrom('', 'null', '{}', '[]', '{"value":null}', '"') },
);

async function keeping(text: string): Promise<string> {
  const map = new Map([['keyv:credential', text]]);
  const storage = new KeyvTokenStorage(new Keyv(map), { lock: 'process' });
  const fetch = (): never => {
    throw new TypeError('The network is down.', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
  };
  const server = { tokenEndpoint: 'https://as.example/token', deviceAuthorizationEndpoint: 'https://as.example/d' };
  const clock = new TestClock({ autoAdvance: true });
  const flow = new DeviceCodeFlow({ server, clientId: 'client', key: 'credential', clock, storage, fetch });
  let outcome = 'a token';
  try {
    await storage.load('credential');
    await flow.getAccessTokenRefreshIfNecessary();
  } catch (error) {
    if (!(error instanceof AuthFlowError)) throw error;
    expectNoSecret(shown([error, flow]));
    outcome = error.code;
  }
  if (map.get('keyv:credential') !== text) throw new Error('What is stored was changed.');
  await storage.save('credential', TokenSet.from({ access_token: marks.newAccess }), { expected: undefined });
  if ((await storage.load('credential'))?.accessToken !== marks.newAccess)
    throw new Error('A login cannot replace it.');
  return outcome;
}

describe('any stored text', () => {
  test(
    'is a record with the tokens that are in it, or a SyntaxError or TypeError without them',
    async () => {
      const kinds = await fuzz('stored records', storedTexts, reading);
      expectKinds(kinds, ['tokens that end', 'tokens that end, with more', 'SyntaxError', 'TypeError'], ['tokens']);
    },
    patience,
  );

  test(
    'in a Keyv store is a token or an AuthFlowError, is never changed by a renewal that fails, and can be replaced',
    async () => {
      // A store and a flow for each take about a millisecond, so they get a smaller share.
      const kinds = await fuzz('records in Keyv', kept, keeping, { share: 1 / 20 });
      expectKinds(kinds, [
        ...['a token', 'RECORD_UNREADABLE', 'NO_REFRESH_TOKEN', 'CREDENTIAL_MISMATCH'],
        ...['TOKEN_ENDPOINT_UNAVAILABLE'],
      ]);
    },
    patience,
  );
});
