import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryTokenStorage } from '@latchkey/core';
import { type FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { createFlow } from '../dist/earthscope/earthscope-flow.js';
import { EarthscopeHome } from '../dist/earthscope/earthscope-home.js';
import { startTwin } from '../dist/earthscope/earthscope-twin.js';
import { readSettings } from '../dist/earthscope/settings.js';

let server: FakeAuthorizationServer;
let home: EarthscopeHome;

beforeEach(async () => {
  server = await startTwin({ clients: undefined, rotation: 'rotate' });
  home = new EarthscopeHome(server.issuer);
});

afterEach(async () => {
  home[Symbol.dispose]();
  await server.stop();
});

const promptUser = (): void => undefined;

describe('A process that lives long (A11)', () => {
  test('passes two ends of its token, and refreshes at each', async () => {
    const clock = new TestClock({ autoAdvance: true });
    server.configure({ clock });
    const settings = await readSettings({ env: home.env });
    const flow = createFlow(settings, { clock, promptUser, storage: new MemoryTokenStorage() });
    const tokens = [await flow.getAccessTokenRefreshIfNecessary({ interactive: true })];
    for (let end = 1; end <= 2; end++) {
      const before = flow.ttl;
      await clock.advance(1_000_000);
      expect(flow.ttl).toBe(before - 1000);
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(tokens.at(-1));
      await clock.advance(27_801_000);
      expect(flow.ttl).toBeLessThan(0);
      tokens.push(await flow.getAccessTokenRefreshIfNecessary());
      expect((await flow.fetch(`${server.api}/files/a`)).status).toBe(200);
      server.ledger.assertTokenRequests(end, { grantType: 'refresh_token' });
    }
    expect(new Set(tokens).size).toBe(3);
    server.ledger.assertNoReuse();
  });
});

describe('The claims of a token (A11)', () => {
  test.each(['who???', 'Zoé Éléonore', '??é??ÿ~~>>', '日本?'])('decode: %s', async (subject) => {
    server.configure({ accessTokens: 'jwt', subject });
    const flow = createFlow(await readSettings({ env: home.env }), { promptUser, storage: new MemoryTokenStorage() });
    await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
    expect(flow.claims).toMatchObject({ sub: subject, iss: server.issuer });
    expect(flow.idTokenClaims).toMatchObject({ sub: subject });
  });

  test('decode where their encoding needs the characters of URL-safe base64', async () => {
    server.configure({ accessTokens: 'jwt', subject: '???>>>???~~~???ÿÿÿ' });
    const flow = createFlow(await readSettings({ env: home.env }), { promptUser, storage: new MemoryTokenStorage() });
    const token = await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
    expect(token.split('.')[1]).toMatch(/[-_]/);
    expect(flow.claims).toMatchObject({ sub: '???>>>???~~~???ÿÿÿ' });
  });
});
