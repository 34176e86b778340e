import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  ClientCredentialsFlow,
  CredentialMismatchError,
  DeviceCodeFlow,
  type DeviceCodeFlowOptions,
  LoginRequiredError,
  MemoryTokenStorage,
  TokenSet,
} from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { credentialAt } from '../../dist/renewal/credential-state.js';

let server: FakeAuthorizationServer;
const clock = new TestClock({ autoAdvance: true, start: Date.now() });

beforeEach(async () => {
  server = await FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 1 });
});
afterEach(() => server.stop());

/** A flow of an application that keeps tokens in a place of its own. */
class OwnPlace extends DeviceCodeFlow {
  readonly place: Map<string, string>;
  constructor(place: Map<string, string>, options: Partial<DeviceCodeFlowOptions> = {}) {
    super({ issuer: server.issuer, clientId: 'app', clock, promptUser: () => undefined, lock: 'process', ...options });
    this.place = place;
  }
  protected override loadTokens(): Promise<TokenSet | undefined> {
    const text = this.place.get('tokens');
    return Promise.resolve(text === undefined ? undefined : TokenSet.from(text));
  }
  protected override saveTokens(tokens: TokenSet): Promise<void> {
    this.place.set('tokens', JSON.stringify(tokens));
    return Promise.resolve();
  }
}

function machine(options: Partial<ConstructorParameters<typeof ClientCredentialsFlow>[0]> = {}): ClientCredentialsFlow {
  return new ClientCredentialsFlow({
    issuer: server.issuer,
    clientId: 'm',
    clientSecret: 'machine-secret',
    ...options,
  });
}

describe('flows of one process', () => {
  test('with the same options and hooks on different places share nothing', async () => {
    const places = [new Map<string, string>(), new Map<string, string>()] as const;
    const flows = places.map((place) => new OwnPlace(place));
    for (const flow of flows) await flow.doFlow();
    const own = flows.map((flow) => flow.accessToken);
    expect(own[0]).not.toBe(own[1]);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, call) => flows[call % 2]!.getAccessTokenRefreshIfNecessary()),
    );
    answers.forEach((token, call) => expect(token).toBe(own[call % 2]));
    const renewed = await Promise.all(
      Array.from({ length: 100 }, (_, call) =>
        flows[call % 2]!.getAccessTokenRefreshIfNecessary({ rejectedToken: own[call % 2] }),
      ),
    );
    expect(new Set(renewed).size).toBe(2);
    renewed.forEach((token, call) => expect(places[call % 2]?.get('tokens')).toContain(token));
    expect(server.ledger.count({ grantType: 'refresh_token' })).toBe(2);
  });

  test('of two accounts share nothing', async () => {
    const storage = new MemoryTokenStorage();
    const flows = ['ada', 'grace'].map((account) => machine({ storage, account }));
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, call) => flows[call % 2]!.getAccessTokenRefreshIfNecessary()),
    );
    expect(new Set(answers).size).toBe(2);
    answers.forEach((token, call) => expect(token).toBe(answers[call % 2]));
  });

  test('with one storage and key share one run', async () => {
    const storage = new MemoryTokenStorage();
    const tokens = await Promise.all([1, 2, 3].map(() => machine({ storage }).getAccessTokenRefreshIfNecessary()));
    expect(new Set(tokens).size).toBe(1);
    server.ledger.assertTokenRequests(1);
  });

  test('with an explicit key and one class share one run, though their hooks are their own', async () => {
    const place = new Map<string, string>();
    const flows = [1, 2].map(() => new OwnPlace(place, { key: 'the one' }));
    await flows[0]?.doFlow();
    expect(flows[1]?.accessToken).toBe(flows[0]?.accessToken);
  });

  test('with hooks on two places need two keys: of one key they are one credential', async () => {
    const flowsOf = (keys: readonly string[]) => keys.map((key) => new OwnPlace(new Map(), { key }));
    const [ada, bob] = flowsOf(['one', 'one']);
    await ada?.doFlow();
    expect(await bob?.getAccessTokenRefreshIfNecessary()).toBe(ada?.accessToken);
    const [eve, dan] = flowsOf(['of eve', 'of dan']);
    await eve?.doFlow();
    await expect(dan?.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(LoginRequiredError);
  });

  test('with hooks on one place take turns, though nobody can tell that it is one', async () => {
    const place = new Map<string, string>();
    const flows = [1, 2].map(() => new OwnPlace(place));
    const rejectedToken = (await flows[0]?.doFlow())?.accessToken;
    const tokens = await Promise.all(flows.map((flow) => flow.getAccessTokenRefreshIfNecessary({ rejectedToken })));
    expect(new Set(tokens).size).toBe(1);
    expect(server.ledger.count({ grantType: 'refresh_token' })).toBe(1);
    server.ledger.assertNoReuse();
  });

  test('without a storage share nothing', async () => {
    const tokens = await Promise.all([machine(), machine()].map((flow) => flow.getAccessTokenRefreshIfNecessary()));
    expect(new Set(tokens).size).toBe(2);
  });

  test.each(['audience', 'resource', 'account'] as const)('that differ in %s differ in their tokens', async (name) => {
    const storage = new MemoryTokenStorage();
    const flows = ['https://a.example', 'https://b.example'].map((value) => machine({ storage, [name]: value }));
    const tokens = await Promise.all(flows.map((flow) => flow.getAccessTokenRefreshIfNecessary()));
    expect(new Set(tokens).size).toBe(2);
  });
});

describe('withAccount', () => {
  test('makes a sibling that shares storage and metadata, and no tokens', async () => {
    const storage = new MemoryTokenStorage();
    const flow = machine({ storage });
    const [ada, grace] = [flow.withAccount('ada'), flow.withAccount('grace')];
    const tokens = [];
    for (const each of [flow, ada, grace, flow.withAccount('ada')]) {
      tokens.push(await each.getAccessTokenRefreshIfNecessary());
    }
    expect(new Set(tokens).size).toBe(3);
    expect(tokens[3]).toBe(tokens[1]);
    expect(server.ledger.count({ endpoint: 'discovery' })).toBe(1);
    expect(ada).toBeInstanceOf(ClientCredentialsFlow);
    expect(ada.events).not.toBe(flow.events);
  });

  test('makes siblings of a subclass whose constructor takes something else', async () => {
    class Kiosk extends DeviceCodeFlow {
      constructor(readonly place: string) {
        super({ issuer: server.issuer, clientId: 'kiosk', clock, promptUser: () => undefined });
      }
    }
    const sibling = new Kiosk('hall').withAccount('ada');
    expect([sibling.place, sibling.constructor]).toEqual(['hall', Kiosk]);
    await sibling.doFlow();
    expect(await sibling.getAccessTokenRefreshIfNecessary()).toBe(sibling.accessToken);
    const { userCode } = await sibling.withAccount('grace').requestDeviceCode();
    expect(userCode).not.toBe('');
  });

  test('keeps what a subclass holds', async () => {
    class Named extends ClientCredentialsFlow {
      readonly label = 'mine';
    }
    const flow = new Named({ issuer: server.issuer, clientId: 'm', clientSecret: 'machine-secret', key: 'k' });
    const sibling = flow.withAccount('ada');
    expect(sibling.label).toBe('mine');
    expect(sibling).toBeInstanceOf(Named);
    expect(await sibling.getAccessTokenRefreshIfNecessary()).not.toBe(await flow.getAccessTokenRefreshIfNecessary());
  });

  test('gives a sibling options that can be copied, its own account among them', () => {
    class Copied extends ClientCredentialsFlow {
      copy(): object {
        return { ...this.options };
      }
    }
    const options = { issuer: server.issuer, clientId: 'm', clientSecret: 'machine-secret', scope: 'read' };
    const sibling = new Copied(options).withAccount('ada').withAccount('grace');
    expect(sibling.copy()).toMatchObject({ ...options, account: 'grace' });
  });

  test('refuses hooks of one’s own, which would keep all accounts in one place', () => {
    expect(() => new OwnPlace(new Map()).withAccount('ada')).toThrow(TypeError);
  });
});

describe('a record of another credential', () => {
  test('is no login for a flow that needs a person, and is replaced by one', async () => {
    const place = new Map<string, string>();
    await new OwnPlace(place, { account: 'ada' }).doFlow();
    const other = new OwnPlace(place, { account: 'grace' });
    await expect(other.getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(CredentialMismatchError);
    await other.doFlow();
    expect(await other.getAccessTokenRefreshIfNecessary()).toBe(other.accessToken);
    expect(server.ledger.count({ grantType: 'refresh_token' })).toBe(0);
  });

  test('without a key is adopted, and stamped at the next save', async () => {
    const place = new Map([['tokens', JSON.stringify({ access_token: 'theirs', expires_at: 4_000_000_000 })]]);
    const flow = new OwnPlace(place);
    expect(await flow.getAccessTokenRefreshIfNecessary()).toBe('theirs');
    await flow.doFlow();
    expect(TokenSet.from(place.get('tokens')).stamp?.key).toContain('client_id=app');
  });
});

describe('a stored token that lacks a requested scope', () => {
  test('asks for a login where that needs a person', async () => {
    const storage = new MemoryTokenStorage();
    const options = { issuer: server.issuer, clientId: 'app', clock, storage, promptUser: () => undefined };
    await new DeviceCodeFlow({ ...options, scope: 'read' }).doFlow();
    const wider = new DeviceCodeFlow({ ...options, scope: 'read write' });
    await expect(wider.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      constructor: LoginRequiredError,
      code: 'SCOPE_MISSING',
      message: 'The stored tokens lack the scope write.',
    });
    await wider.doFlow();
    expect(await wider.getAccessTokenRefreshIfNecessary()).toBe(wider.accessToken);
  });

  test('is asked for anew where nobody is needed', async () => {
    const storage = new MemoryTokenStorage();
    await machine({ storage, scope: 'read' }).getAccessTokenRefreshIfNecessary();
    await machine({ storage, scope: 'read write' }).getAccessTokenRefreshIfNecessary();
    server.ledger.assertTokenRequests(2);
  });
});

describe('hooks of one’s own', () => {
  test('must be overridden together', () => {
    class LoadsOnly extends DeviceCodeFlow {
      protected override loadTokens(): Promise<TokenSet | undefined> {
        return Promise.resolve(undefined);
      }
    }
    expect(() => new LoadsOnly({ issuer: server.issuer, clientId: 'x' })).toThrow(/LoadsOnly.*saveTokens/);
  });

  test('without a lock bring one warning in a process', () => {
    const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      for (const lock of ['process', undefined, undefined] as const) new OwnPlace(new Map(), { lock });
      expect(warning).toHaveBeenCalledTimes(1);
      expect(warning.mock.calls[0]?.[0]).toMatch(/lock/);
    } finally {
      warning.mockRestore();
    }
  });

  test('may throw NoTokensError for nothing, and any other error for an outage', async () => {
    class Unreadable extends OwnPlace {
      protected override loadTokens(): Promise<TokenSet | undefined> {
        return Promise.reject(new RangeError('the disk is gone'));
      }
    }
    const flow = new Unreadable(new Map());
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });
});

test('A credential that somebody holds is the same one, however many there have been since', () => {
  const held = credentialAt('a place', 'held');
  for (let other = 0; other < 300; other++) credentialAt('a place', `other ${other}`);
  expect(credentialAt('a place', 'held')).toBe(held);
});
