import { describe, expect, test } from '@jest/globals';
import {
  type AccessTokenOptions,
  type AuthFlow,
  ClientCredentialsFlow,
  type ClientCredentialsFlowOptions,
  ClientCredentialsFlowSimple,
  DeviceCodeFlow,
  type DeviceCodeFlowOptions,
  DeviceCodeFlowSimple,
  type HeldLock,
  InvalidRefreshTokenError,
  type LockOptions,
  MemoryTokenStorage,
  ProcessLock,
  type SaveContext,
  TokenEndpointUnavailableError,
  TokenSet,
} from '@latchkey/core';
import { asOtherProcess, type AuthFlowFixture, describeAuthFlow, type FlowContext } from '@latchkey/core/testing';

type Place = Map<string, string>;

const deviceOptions = ({ server, clock }: FlowContext): DeviceCodeFlowOptions => ({
  issuer: server.issuer,
  clientId: 'cli',
  scope: 'openid offline_access',
  clock,
  promptUser: ({ userCode }) => {
    server.approve(userCode);
  },
});

/** Makes a fixture of flows over one storage in memory. */
function overMemory<F extends AuthFlow>(
  make: (context: FlowContext, storage: ReturnType<typeof asOtherProcess>) => F,
  logIn: (flow: F) => Promise<unknown>,
): AuthFlowFixture<F>['create'] {
  return async (context) => {
    const storage = new MemoryTokenStorage();
    return { flow: () => make(context, asOtherProcess(storage)), logIn, dispose: async () => undefined };
  };
}

for (const Flow of [DeviceCodeFlow, DeviceCodeFlowSimple]) {
  const create = overMemory(
    (context, storage) => new Flow({ ...deviceOptions(context), storage }),
    (flow) => flow.doFlow(),
  );
  describeAuthFlow(Flow.name, { describe, test }, { create });
}

for (const Flow of [ClientCredentialsFlow, ClientCredentialsFlowSimple]) {
  const options = ({ server, clock }: FlowContext): ClientCredentialsFlowOptions => ({
    issuer: server.issuer,
    clientId: 'machine',
    clientSecret: 'machine-secret',
    clock,
  });
  const create = overMemory(
    (context, storage) => new Flow({ ...options(context), storage }),
    (flow) => flow.getAccessTokenRefreshIfNecessary(),
  );
  describeAuthFlow(Flow.name, { describe, test }, { create, refreshes: false, needsPerson: false });
}

describeAuthFlow(
  'A flow that repeats requests',
  { describe, test },
  {
    create: overMemory(
      (context, storage) => new DeviceCodeFlow({ ...deviceOptions(context), storage, retry: {} }),
      (flow) => flow.doFlow(),
    ),
  },
);

/** What an application writes that keeps its tokens in a place of its own. */
class OwnHooks extends DeviceCodeFlow {
  readonly place: Place;
  constructor(options: DeviceCodeFlowOptions, place: Place) {
    super(options);
    this.place = place;
  }
  protected override async loadTokens(): Promise<TokenSet | undefined> {
    const text = this.place.get('tokens');
    return text === undefined ? undefined : TokenSet.from(text);
  }
  protected override async saveTokens(tokens: TokenSet, _context: SaveContext): Promise<void> {
    this.place.set('tokens', JSON.stringify(tokens));
  }
  protected override async deleteTokens(): Promise<void> {
    this.place.delete('tokens');
  }
}

/** Makes a fixture of flows with hooks of their own; a lock that they share stands for one between processes. */
function overOwnPlace(Flow: typeof OwnHooks): AuthFlowFixture<OwnHooks> {
  return {
    async create(context) {
      const [place, lock] = [new Map<string, string>(), new ProcessLock()];
      return {
        flow: () => new Flow({ ...deviceOptions(context), lock }, place),
        logIn: (flow) => flow.doFlow(),
        breakIt: async () => {
          place.get = () => {
            throw new Error('EIO');
          };
        },
        dispose: async () => undefined,
      };
    },
  };
}

describeAuthFlow('A flow with hooks of its own', { describe, test }, overOwnPlace(OwnHooks));

class NoDeletion extends DeviceCodeFlow {
  readonly place: Place;
  constructor(options: DeviceCodeFlowOptions, place: Place) {
    super(options);
    this.place = place;
  }
  protected override async loadTokens(): Promise<TokenSet | undefined> {
    return this.place.has('tokens') ? TokenSet.from(this.place.get('tokens')) : undefined;
  }
  protected override async saveTokens(tokens: TokenSet): Promise<void> {
    this.place.set('tokens', JSON.stringify(tokens));
  }
}

describeAuthFlow(
  'A flow with the two hooks only',
  { describe, test },
  { ...overOwnPlace(NoDeletion as unknown as typeof OwnHooks), logsOut: false },
);

/** Runs the contract with a runner that notes the outcomes, and returns the titles of what failed. */
async function failuresOf(Flow: typeof OwnHooks): Promise<string[]> {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  const runner = {
    describe: (_name: string, body: () => void) => body(),
    test: (name: string, body: () => Promise<void>) => void cases.push({ name, body }),
  };
  describeAuthFlow('a flow', runner, overOwnPlace(Flow));
  const failed: string[] = [];
  for (const { name, body } of cases) await body().catch(() => failed.push(name));
  return failed;
}

class LosesRefreshToken extends OwnHooks {
  protected override async saveTokens(tokens: TokenSet, context: SaveContext): Promise<void> {
    const { refresh_token, ...record } = tokens.toJSON();
    const kept = this.place.get('tokens') === undefined ? { refresh_token } : {};
    return super.saveTokens(TokenSet.from({ ...record, ...kept }), context);
  }
}

class KeepsFirstRefreshToken extends OwnHooks {
  protected override async saveTokens(tokens: TokenSet, context: SaveContext): Promise<void> {
    const first = (await this.loadTokens())?.refreshToken ?? tokens.refreshToken;
    return super.saveTokens(TokenSet.from({ ...tokens.toJSON(), refresh_token: first }), context);
  }
}

class HasLittleRoom extends OwnHooks {
  protected override async saveTokens(tokens: TokenSet, context: SaveContext): Promise<void> {
    const { access_token, ...record } = tokens.toJSON();
    return super.saveTokens(TokenSet.from({ ...record, access_token: access_token?.slice(0, 255) }), context);
  }
}

class IgnoresLock extends OwnHooks {
  protected override withLock<T>(task: (lock: HeldLock) => Promise<T>, { signal }: LockOptions): Promise<T> {
    return task({ signal });
  }
}

class DeletesOnOutage extends OwnHooks {
  override async getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    try {
      return await super.getAccessTokenRefreshIfNecessary(options);
    } catch (error) {
      await this.deleteTokens();
      throw error;
    }
  }
}

class TakesOutageForNothing extends OwnHooks {
  protected override async loadTokens(): Promise<TokenSet | undefined> {
    return super.loadTokens().catch(() => undefined);
  }
}

class LogsInOnOutage extends OwnHooks {
  override async getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    try {
      return await super.getAccessTokenRefreshIfNecessary(options);
    } catch (error) {
      if (!options?.interactive) throw error;
      return (await this.doFlow()).accessToken ?? '';
    }
  }
}

class LivesInMemory extends OwnHooks {
  #tokens: TokenSet | undefined;
  protected override async loadTokens(): Promise<TokenSet | undefined> {
    return (this.#tokens ??= await super.loadTokens());
  }
  protected override async saveTokens(tokens: TokenSet, context: SaveContext): Promise<void> {
    this.#tokens = tokens;
    return super.saveTokens(tokens, context);
  }
}

class SavesLater extends OwnHooks {
  protected override async saveTokens(tokens: TokenSet, context: SaveContext): Promise<void> {
    if (context.reason === 'login') return super.saveTokens(tokens, context);
    setTimeout(() => void super.saveTokens(tokens, context), 10);
  }
}

class AlwaysRenews extends OwnHooks {
  override async getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    return super.getAccessTokenRefreshIfNecessary({ ...options, autoRefreshThreshold: 3600 });
  }
}

class HoldsEverybodyBack extends OwnHooks {
  override getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    return super.getAccessTokenRefreshIfNecessary({ ...options, signal: undefined });
  }
}

class TellsInErrors extends OwnHooks {
  override async getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    try {
      return await super.getAccessTokenRefreshIfNecessary(options);
    } catch (error) {
      throw Object.assign(error as Error, { record: [...this.place.values()] });
    }
  }
}

class TellsWhenPrinted extends OwnHooks {
  toJSON(): unknown {
    return { record: this.place.get('tokens') };
  }
}

class SendsItAnywhere extends OwnHooks {
  override async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const authorization = `Bearer ${await this.getAccessTokenRefreshIfNecessary()}`;
    return globalThis.fetch(input, { ...init, headers: { authorization } });
  }
}

class RemembersAfterLogout extends OwnHooks {
  override async logout(): Promise<void> {
    await this.deleteTokens();
  }
}

class RenewsAllTheSame extends OwnHooks {
  override getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    return super.getAccessTokenRefreshIfNecessary({ ...options, noAutoRefresh: false });
  }
}

class KeepsTheUsual extends OwnHooks {
  protected override async saveTokens(tokens: TokenSet, context: SaveContext): Promise<void> {
    const { access_token, refresh_token, expires_at, latchkey } = tokens.toJSON();
    return super.saveTokens(TokenSet.from({ access_token, refresh_token, expires_at, latchkey }), context);
  }
}

class TakesTheEndForAnOutage extends OwnHooks {
  override async getAccessTokenRefreshIfNecessary(options?: AccessTokenOptions): Promise<string> {
    try {
      return await super.getAccessTokenRefreshIfNecessary(options);
    } catch (error) {
      if (error instanceof InvalidRefreshTokenError) throw new TokenEndpointUnavailableError();
      throw error;
    }
  }
}

const tellsNothing = 'tells no token in an error, nor when it is printed';
const renewsAtThreshold = 'renews at the threshold, and not before';
const leavesAlone = 'lets a caller that is aborted leave alone';
const showsRenewal = 'shows a renewal to other processes before it gives the token away';
const adopts = 'adopts what another process renewed';
const presentsOnce = 'presents each refresh token once, the one that came last, whichever process renews';
const renewsOnce = 'renews once for several processes at the same moment';
const staysLoggedOut = 'respects a logout in another process: presents nothing, and says that a login is needed';
const deletesNothing = 'deletes nothing when a renewal fails, and goes on when it works again';
const showsLong = 'shows other processes tokens of four thousand characters, as servers give them';
const asksAgain = 'asks again after an answer that was lost';
const outages = [
  'HTML with status 503',
  'empty body with status 500',
  'status 429 with Retry-After',
  'connection reset',
].map((fault) => `takes an outage for an error, and never for a login (${fault})`);

describe('the contract of auth flows', () => {
  test('is kept by hooks that do nothing wrong', async () => {
    expect(await failuresOf(OwnHooks)).toEqual([]);
  });

  test.each<[string, typeof OwnHooks, string[]]>([
    ['loses the refresh token', LosesRefreshToken, [presentsOnce, renewsOnce, showsLong, asksAgain]],
    ['never stores a new refresh token', KeepsFirstRefreshToken, [presentsOnce, renewsOnce, showsLong]],
    ['cuts long tokens', HasLittleRoom, [showsLong]],
    ['ignores the lock', IgnoresLock, [renewsOnce]],
    ['deletes its tokens when a renewal fails', DeletesOnOutage, [deletesNothing, asksAgain]],
    [
      'takes an outage of its place for nothing',
      TakesOutageForNothing,
      ['takes an outage of its place for an error, and never for a login'],
    ],
    ['logs in because of an outage', LogsInOnOutage, [...outages, asksAgain]],
    ['renews what is still good', AlwaysRenews, [renewsAtThreshold]],
    ['tells its tokens in errors', TellsInErrors, [tellsNothing]],
    ['tells its tokens when it is printed', TellsWhenPrinted, [tellsNothing]],
    ['sends its token wherever it is asked to', SendsItAnywhere, ['sends no token to an origin that is not allowed']],
    [
      'gives a token after the logout, which nobody revoked',
      RemembersAfterLogout,
      ['revokes what it has at a logout, and gives it to nobody any more'],
    ],
    [
      'renews though it shall not',
      RenewsAllTheSame,
      ['gives what is stored, as it is, where nothing is to be renewed'],
    ],
    ['drops fields', KeepsTheUsual, ['shows other processes all that the server said with the tokens']],
    [
      'takes the end of a login for an outage',
      TakesTheEndForAnOutage,
      ['says that a login is needed when the server has ended it, and presents the refresh token once'],
    ],
    ['lets no caller leave', HoldsEverybodyBack, [leavesAlone]],
  ])('catches one that %s, and nothing else in it', async (_what, Flow, titles) => {
    expect(await failuresOf(Flow)).toEqual(titles);
  });

  test.each<[string, typeof OwnHooks, string[]]>([
    ['reads its place only once', LivesInMemory, [adopts, staysLoggedOut]],
    ['says too early that it has saved', SavesLater, [showsRenewal]],
  ])('catches one that %s', async (_what, Flow, titles) => {
    expect(await failuresOf(Flow)).toEqual(expect.arrayContaining(titles));
  });
});
