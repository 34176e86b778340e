import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  ClientCredentialsFlow,
  DeviceCodeFlow,
  type DeviceCodePrompt,
  type FlowEvent,
  JwtBearerFlow,
  MemoryTokenStorage,
  type StoredLogin,
  type TokenSet,
} from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { DeviceScene } from '../scenes/device-scene.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('The events of a sibling', () => {
  let server: FakeAuthorizationServer;
  let flow: ClientCredentialsFlow;
  let heard: string[];
  const hearAs =
    (listener: string) =>
    ({ account }: FlowEvent): void =>
      void heard.push(`${listener}: ${account}`);

  beforeEach(async () => {
    server = await FakeAuthorizationServer.start();
    flow = new ClientCredentialsFlow({ issuer: server.issuer, clientId: 'm', clientSecret: 's' });
    heard = [];
  });
  afterEach(() => server.stop());

  test('reach the flow that it came from too, with its account, and its own listeners first', async () => {
    flow.events.on('saved', hearAs('flow'));
    const ada = flow.withAccount('ada');
    ada.events.on('saved', hearAs('ada'));
    await ada.getAccessTokenRefreshIfNecessary();
    await flow.withAccount('grace').getAccessTokenRefreshIfNecessary();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(heard).toEqual(['ada: ada', 'flow: ada', 'flow: grace', 'flow: undefined']);
  });

  test('reach all that it came from, when it was made of a sibling', async () => {
    flow.events.on('saved', hearAs('flow'));
    const ada = flow.withAccount('ada');
    const end = ada.events.on('saved', hearAs('ada'));
    const grace = ada.withAccount('grace');
    await grace.getAccessTokenRefreshIfNecessary();
    end();
    await grace.refresh();
    expect(heard).toEqual(['ada: grace', 'flow: grace', 'flow: grace']);
  });

  test('reach it when tokens are loaded too, which nobody is told of who does not listen', async () => {
    const memory = new MemoryTokenStorage();
    const program = (id: string): ClientCredentialsFlow =>
      new ClientCredentialsFlow({
        issuer: server.issuer,
        clientId: 'm',
        clientSecret: 's',
        storage: {
          id,
          load: (key) => memory.load(key),
          save: (key, tokens, context) => memory.save(key, tokens, context),
          delete: (key, context) => memory.delete(key, context),
          withLock: (key, task, options) => memory.withLock(key, task, options),
        },
      });
    await program('one').withAccount('ada').getAccessTokenRefreshIfNecessary();
    const other = program('other');
    other.events.on('loaded', hearAs('other'));
    await other.withAccount('ada').getAccessTokenRefreshIfNecessary();
    expect(heard).toEqual(['other: ada']);
  });

  test('name the account of the options too', async () => {
    const own = new ClientCredentialsFlow({ issuer: server.issuer, clientId: 'm', clientSecret: 's', account: 'ada' });
    own.events.on('authorized', hearAs('own'));
    await own.getAccessTokenRefreshIfNecessary();
    expect(heard).toEqual(['own: ada']);
  });

  test('reach the flow where its constructor copies options, and metadata is fetched once for all', async () => {
    const everyone = new JwtBearerFlow({
      issuer: server.issuer,
      clientId: 'm',
      clientSecret: 's',
      subject: 'root',
      assertion: ({ subject }) => `a.${Buffer.from(JSON.stringify({ sub: subject })).toString('base64url')}.c`,
    });
    everyone.events.on('authorized', hearAs('everyone'));
    for (const account of ['ada', 'grace']) await everyone.withAccount(account).getAccessTokenRefreshIfNecessary();
    expect(heard).toEqual(['everyone: ada', 'everyone: grace']);
    expect(server.ledger.count({ endpoint: 'discovery' })).toBe(1);
  });

  test('are those of siblings alone: a flow that is made next has its own', () => {
    flow.events.on('loggedOut', hearAs('flow'));
    flow.withAccount('ada');
    const next = new ClientCredentialsFlow({ issuer: server.issuer, clientId: 'm', clientSecret: 's' });
    next.events.emit('loggedOut', { key: 'next' });
    expect(heard).toEqual([]);
  });
});

describe('The account of a flow', () => {
  test('stands in the record from its next save on, and in what the storage lists', async () => {
    await using scene = await DeviceScene.start();
    const { storage } = scene;
    const ada = scene.flow({ storage, key: 'of ada', account: 'ada' });
    const grace = scene.flow({ storage, key: 'of grace', account: 'grace' });
    await ada.doFlow();
    await grace.doFlow();
    const { account: _, ...older } = ada.tokens.stamp!; // as versions before noted it
    await storage.save(ada.key, ada.tokens.withStamp(older), { expected: undefined });
    const listed = async (): Promise<StoredLogin[]> => {
      const logins: StoredLogin[] = [];
      for await (const login of storage.list()) logins.push(login);
      return logins;
    };
    const [one, other] = await listed();
    expect(one).toMatchObject({ key: 'of ada', account: undefined, kind: 'login' });
    expect(other).toMatchObject({ key: 'of grace', account: 'grace', kind: 'login', expiresAt: grace.expiresAt });
    await ada.refresh();
    expect((await listed()).map(({ account }) => account)).toEqual(['ada', 'grace']);
    expect(ada.tokens.stamp?.account).toBe('ada');
  });
});

describe('An API that refuses every token', () => {
  test.each([
    ['five siblings one after another', false],
    ['20 siblings at once', true],
  ])('costs one renewal, with %s that are thrown away', async (_, atOnce) => {
    await using scene = await DeviceScene.start({ expiresIn: 3600 });
    const { storage, server } = scene;
    const everyone = scene.flow({ storage, allowedOrigins: [new URL(server.api).origin] });
    await everyone.withAccount('ada').doFlow();
    server.ledger.clear();
    refuseAlways(server);
    const request = async (): Promise<number> => (await everyone.withAccount('ada').fetch(server.api)).status;
    if (atOnce) await Promise.all(Array.from({ length: 20 }, request));
    for (let call = 0; call < 5 && !atOnce; call++) {
      expect(await request()).toBe(401);
      await new Promise((resolve) => setTimeout(resolve));
      collectGarbage();
    }
    expect(scene.renewals).toBe(1);
  });

  test('costs one renewal for each flow with hooks of its own, which share nothing without a key', async () => {
    await using scene = await DeviceScene.start({ expiresIn: 3600 });
    const { server } = scene;
    let stored: TokenSet | undefined;
    class OwnPlace extends DeviceCodeFlow {
      protected override loadTokens = (): Promise<TokenSet | undefined> => Promise.resolve(stored);
      protected override saveTokens = async (tokens: TokenSet): Promise<void> => void (stored = tokens);
    }
    const allowedOrigins = [new URL(server.api).origin];
    const options = { issuer: server.issuer, clientId: 'cli', clock: scene.clock, lock: 'process' as const };
    const promptUser = ({ userCode }: DeviceCodePrompt): void => server.approve(userCode);
    const flows = [0, 1].map(() => new OwnPlace({ ...options, allowedOrigins, promptUser }));
    await flows[0]!.doFlow();
    server.ledger.clear();
    refuseAlways(server);
    for (const flow of [...flows, ...flows]) expect((await flow.fetch(server.api)).status).toBe(401);
    expect(scene.renewals).toBe(2);
  });
});

function refuseAlways(server: FakeAuthorizationServer): void {
  const answer = { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' }, body: 'no' };
  server.nextAnswers({ endpoint: 'api', times: Infinity }, { name: 'refusal', before: () => answer });
}
