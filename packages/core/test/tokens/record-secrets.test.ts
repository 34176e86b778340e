import { describe, expect, test } from '@jest/globals';
import Keyv from 'keyv';
import { DeviceCodeFlow, KeyvTokenStorage, TokenSet } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import { recordSecrets } from '../../dist/tokens/record-secrets.js';

/** A record that holds a secret in each place where one can be, and texts that are none. */
const record = {
  access_token: 'SECRET-access-token',
  refresh_token: 'SECRET-refresh-token',
  id_token: 'SECRET-id-token',
  token_type: 'Bearer-of-some-kind',
  scope: 'files:read files:write',
  authed_user: { access_token: 'SECRET-of-a-user', list: ['SECRET-in-a-list'] },
  dpop_key: { kty: 'EC', crv: 'P-256', x: 'open-x-coordinate', y: 'open-y', d: 'SECRET-private-key' },
  registered_client: { issuer: 'https://login.example.org', client_id: 'dyn-1234', client_secret: 'SECRET-of-client' },
  latchkey: {
    version: 1,
    key: 'issuer=login.example.org',
    unread: {
      ...{ purpose: 'refresh_token', sent_at: 1, status: 200, headers: { 'set-cookie': 'SECRET-cookie' } },
      text: '{"token":"SECRET-unread-token"}',
      dpop_key: { d: 'SECRET-unread-key' },
    },
  },
};
const written = JSON.stringify(record).replaceAll('"', ' ').replaceAll('\\', ' ');
const open = ['Bearer-of-some-kind', 'files:write', 'open-x-coordinate', 'dyn-1234', 'issuer=login.example.org'];

function causeOf(error: unknown): string {
  return String((error as Error).cause);
}

describe('What a store or a hook says of a record that it could not write', () => {
  test('keeps its words, without any secret of the record: a user’s token, keys, a client, an unread answer', async () => {
    expect(written.match(/SECRET/g)).toHaveLength(10);
    const store = new (class extends Map<string, unknown> {
      override set(): this {
        throw new Error(`no room for ${written} here`);
      }
    })();
    const storage = new KeyvTokenStorage(new Keyv({ store }), { lock: 'process' });
    const error: unknown = await storage
      .save('key', TokenSet.from(record), { expected: undefined })
      .catch((thrown: unknown) => thrown);
    expect(causeOf(error)).toMatch(/no room for .*\[redacted\].* here/);
    expect(causeOf(error)).not.toContain('SECRET');
    for (const text of open) expect(causeOf(error)).toContain(text);
  });

  test('lacks each of them by itself, also where no name before it tells what it is', () => {
    const secrets = recordSecrets(TokenSet.from(record)).join();
    expect(secrets.match(/SECRET/g)).toHaveLength(10);
    for (const text of open) expect(secrets).not.toContain(text);
  });

  test('the same for hooks of one’s own', async () => {
    class Own extends DeviceCodeFlow {
      protected override loadTokens(): Promise<TokenSet | undefined> {
        return Promise.resolve(undefined);
      }
      protected override saveTokens(): Promise<void> {
        return Promise.reject(new Error(`no room for ${written} here`));
      }
    }
    const clock = new TestClock({ autoAdvance: true });
    const flow = new Own({ issuer: 'https://login.example.org', clientId: 'app', lock: 'process', clock });
    let failed: unknown;
    flow.events.on('saveFailed', ({ error }) => (failed = error));
    const { latchkey: _, ...tokens } = record;
    await flow.importTokens(tokens).catch((error: unknown) => (failed ??= error));
    expect(causeOf(failed)).toMatch(/no room for .*\[redacted\].* here/);
    for (const secret of ['access-token', 'of-a-user', 'in-a-list', 'private-key', 'of-client']) {
      expect(causeOf(failed)).not.toContain(`SECRET-${secret}`);
    }
  });
});
