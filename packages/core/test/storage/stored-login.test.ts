import { describe, expect, test } from '@jest/globals';
import { encryption, readLogin, sealRecord, TokenSet } from '@latchkey/core';

const tokens = TokenSet.from({ access_token: 'secret', expires_in: 60, scope: 'mail' }).withStamp({ key: 'ada' });
const codec = encryption([{ id: 'k', secret: new Uint8Array(32).fill(1) }]);
const nothing = { account: undefined, kind: undefined, scope: undefined, expiresAt: undefined };

describe('readLogin', () => {
  test('reads whose a record is from itself, where the place does not say', async () => {
    expect(await readLogin(JSON.stringify(tokens), undefined)).toMatchObject({ key: 'ada', scope: 'mail' });
    expect(await readLogin(await sealRecord(tokens, 'ada', codec), undefined, codec)).toMatchObject({ scope: 'mail' });
    expect(await readLogin('{"access_token":"secret"}', undefined)).toEqual({ key: undefined, ...nothing });
    expect(await readLogin('{"access_token":"secret"}', 'ada')).toEqual({ key: 'ada', ...nothing });
  });

  test('is nobody where the place names another than the record, sealed or not', async () => {
    const sealed = await sealRecord(tokens, 'ada', codec);
    for (const stored of [JSON.stringify(tokens), sealed]) expect(await readLogin(stored, 'grace')).toBeUndefined();
    expect(await readLogin(sealed, 'grace', codec)).toBeUndefined();
    expect(await readLogin(sealed, 'ada')).toEqual({ key: 'ada', ...nothing });
  });

  test('counts a lifetime from when the record was written', async () => {
    const response = { access_token: 'secret', expires_in: 60, latchkey: { key: 'ada' } };
    expect(await readLogin(response, undefined, undefined, 0)).toMatchObject({ expiresAt: new Date(60_000) });
  });
});
