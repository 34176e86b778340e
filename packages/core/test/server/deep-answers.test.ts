import { describe, expect, test } from '@jest/globals';
import { AuthFlowError, DeviceCodeFlow, MemoryTokenStorage, type TokenSet } from '@latchkey/core';
import { namedTexts } from '../../dist/server/answers/answer-body.js';

const depth = 20_000;
const nested = {
  lists: '['.repeat(depth) + ']'.repeat(depth),
  objects: `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
};
const fields = ['odd', 'scope', 'expires_in', 'authorization_details', 'error', 'id_token', 'data', 'token_type'];
const cases = Object.entries(nested).flatMap(([kind, value]) => fields.map((field) => ({ kind, field, value })));

describe('An answer that is nested deeper than the stack reaches', () => {
  test.each(cases)('costs no refresh token, with $kind as $field', async ({ field, value }) => {
    const saved: (TokenSet | undefined)[] = [];
    for (const status of [200, 400, 503]) {
      const tokens = '"access_token":"new","refresh_token":"r2","token_type":"bearer"';
      const { outcome, stored } = await renewal(`{${tokens},"${field}":${value}}`, status);
      if (status !== 200) expect(outcome).toBeInstanceOf(AuthFlowError);
      saved.push(stored);
    }
    expect(saved.map((stored) => stored?.refreshToken)).toEqual(['r2', 'r1', 'r1']);
  });

  test.each(Object.entries(nested))('is told, with %s and no token', async (_, value) => {
    const { outcome } = await renewal(`{"odd":${value}}`, 200);
    expect(outcome).toMatchObject({ code: expect.stringMatching(/^(TOKEN_ANSWER_INVALID|REFRESH_OUTCOME_UNKNOWN)$/) });
  });
});

test('An answer with more errors than the stack has room for is told as a refusal', async () => {
  const { outcome, stored } = await renewal(`{"errors":[${'0,'.repeat(300_000)}0]}`, 400);
  expect(outcome).toBeInstanceOf(AuthFlowError);
  expect(stored?.refreshToken).toBe('r1');
});

test('An answer with long names takes no more memory for each text in it', () => {
  const [plain, token] = namedTexts({ ['k'.repeat(5000)]: ['x', { refresh_token: 'y' }] });
  expect([plain?.value, token?.value]).toEqual(['x', 'y']);
  expect([plain?.name, token?.name].map((name) => name?.length)).toEqual([100, 100]);
  expect(token?.name).toMatch(/^k+\.1\.refresh_token$/);
});

async function renewal(body: string, status: number): Promise<{ outcome: unknown; stored: TokenSet | undefined }> {
  const storage = new MemoryTokenStorage();
  const flow = new DeviceCodeFlow({
    clientId: 'cli',
    key: 'k',
    server: { tokenEndpoint: 'https://as.example.org/token', deviceAuthorizationEndpoint: 'https://as.example.org/d' },
    storage,
    promptUser: () => undefined,
    retry: { attempts: 1 },
    fetch: () => Promise.resolve(new Response(body, { status, headers: { 'content-type': 'application/json' } })),
  });
  await flow.importTokens({ access_token: 'old', refresh_token: 'r1', issued_at: 1, expires_at: 5 });
  const outcome = await flow.getAccessTokenRefreshIfNecessary().catch((error: unknown) => error);
  return { outcome, stored: await storage.load('k') };
}
