import {
  AuthFlowError,
  ClientCredentialsFlow,
  JwtBearerFlow,
  KeyvTokenStorage,
  MemoryTokenStorage,
  PasswordFlow,
  StoredAuthFlow,
  type StoredAuthFlowOptions,
  type TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import { asOtherProcess, TestClock } from '@latchkey/core/testing';
import fc from 'fast-check';
import Keyv from 'keyv';
import { oneRecord } from '../scenes/one-record.js';
import { GrantingServer, type ScopeAnswer } from './granting-server.js';

const places = {
  memory: () => new MemoryTokenStorage(),
  Keyv: () => new KeyvTokenStorage(new Keyv(), { lock: 'process' }),
  'one record': () => oneRecord(),
};

/** A login of a person who is always there. */
class PersonFlow extends StoredAuthFlow {
  protected override readonly interactive = true;
  protected override authorize(): Promise<TokenSet> {
    return this.requestTokens('urn:person', this.options.parameters);
  }
}

const flows = {
  person: (options: StoredAuthFlowOptions) => new PersonFlow(options),
  password: (options: StoredAuthFlowOptions) =>
    new PasswordFlow({ ...options, username: options.account ?? '', password: 'pw' }),
  machine: (options: StoredAuthFlowOptions) => new ClientCredentialsFlow(options),
  assertion: (options: StoredAuthFlowOptions) => new JwtBearerFlow({ ...options, assertion: () => 'jwt' }),
};

const kindOf = { person: 'login', password: 'login', machine: 'client_credentials', assertion: 'jwt-bearer' };

const scopes = ['a', 'b', 'c', 'b c'] as const;
const calls = [
  'token',
  'token',
  'token',
  'interactive',
  'asStored',
  'rejected',
  'refresh',
  'import',
  'logout',
] as const;

const program = fc.record({
  flow: fc.constantFrom(...(Object.keys(flows) as (keyof typeof flows)[])),
  scope: fc.constantFrom(...scopes),
  account: fc.constantFrom('ada', 'ada', 'grace'),
  /** Whether the application names the key, one for all kinds of grant of an account. */
  isNamed: fc.boolean(),
  process: fc.constantFrom(0, 0, 1),
  autoRefreshThreshold: fc.option(fc.constantFrom(0, 60, 5000), { nil: undefined }),
});

const step = fc.record({
  program: fc.nat(),
  call: fc.constantFrom(...calls),
  autoRefreshThreshold: fc.option(fc.constantFrom(0, 300, 5000), { nil: undefined }),
});

/** Random programs of flows on one storage. */
export const worlds = fc.record({
  place: fc.constantFrom(...(Object.keys(places) as (keyof typeof places)[])),
  programs: fc.array(program, { minLength: 2, maxLength: 5 }),
  answers: fc.array(fc.constantFrom<ScopeAnswer[]>('named', 'left out', 'another'), { minLength: 1, maxLength: 4 }),
  lifetime: fc.constantFrom(0, 30, 3600),
  /** What is done at once, by some or by all in the same way, and how many seconds pass then. */
  rounds: fc.array(
    fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 4 }),
      isByAll: fc.boolean(),
      pause: fc.constantFrom(0, 0, 20, 3600),
    }),
    { minLength: 2, maxLength: 6 },
  ),
});

type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;
type Step = World['rounds'][number]['steps'][number];

/** A flow, and what is known of it. */
interface Member {
  readonly flow: StoredAuthFlow;
  readonly kind: string;
  readonly account: string;
  readonly scope: string;
}

/** Runs programs, and throws when one is given a token that is not its own, or takes a login's place. */
export class Run {
  /** How often each thing came. */
  readonly seen: Record<string, number> = {};
  readonly #world: World;
  readonly #clock = new TestClock({ autoAdvance: true });
  readonly #server: GrantingServer;
  readonly #members: Member[];
  readonly #faults: string[] = [];

  constructor(world: World) {
    this.#world = world;
    this.#server = new GrantingServer(world.answers, world.lifetime);
    const storage = this.#watched(places[world.place]());
    const views = [storage, asOtherProcess(storage)];
    this.#members = world.programs.map(({ flow, scope, account, isNamed, process, autoRefreshThreshold }) => ({
      kind: kindOf[flow],
      account,
      scope,
      flow: flows[flow]({
        server: { tokenEndpoint: 'https://login.example/token', revocationEndpoint: 'https://login.example/revoke' },
        clientId: 'app',
        clientSecret: 'app-secret',
        scope,
        account,
        parameters: { tenant: account },
        autoRefreshThreshold,
        key: isNamed ? `named ${account}` : undefined,
        storage: views[process],
        clock: this.#clock,
        fetch: this.#server.fetch,
      }),
    }));
  }

  async toEnd(): Promise<void> {
    for (const { steps, isByAll, pause } of this.#world.rounds) {
      const byAll = this.#members.map((_member, program) => ({ ...steps[0]!, program }));
      await Promise.all((isByAll ? byAll : steps).map((step) => this.#do(step)));
      if (pause > 0) await this.#clock.advance(pause * 1000);
    }
    if (this.#faults.length > 0) throw new Error(this.#faults.join('\n'));
  }

  async #do(step: Step): Promise<void> {
    const member = this.#members[step.program % this.#members.length]!;
    try {
      const token = await this.#call(member, step);
      if (token === undefined) return;
      this.#judge(member, token, step.call);
    } catch (error) {
      if (!(error instanceof AuthFlowError)) throw error;
      this.#count(error.code);
    }
  }

  /** Does one call; `undefined` for one that brings no token. */
  async #call(
    { flow, kind, account, scope }: Member,
    { call, autoRefreshThreshold }: Step,
  ): Promise<string | undefined> {
    const options = { autoRefreshThreshold };
    switch (call) {
      case 'token':
        return flow.getAccessTokenRefreshIfNecessary(options);
      case 'interactive':
        return flow.getAccessTokenRefreshIfNecessary({ ...options, interactive: true });
      case 'asStored':
        return flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true });
      case 'rejected': {
        const rejectedToken = await flow.getAccessTokenRefreshIfNecessary(options);
        return flow.getAccessTokenRefreshIfNecessary({ ...options, rejectedToken });
      }
      case 'refresh':
        return (await flow.refresh()).accessToken;
      case 'import':
        await flow.importTokens(this.#server.issue({ kind, account, asked: scope }));
        return undefined;
      case 'logout':
        await flow.logout();
        return undefined;
    }
  }

  /** `noAutoRefresh` gives what is stored as it is: a login, whatever its scopes. */
  #judge({ kind, account, scope }: Member, token: string, call: Step['call']): void {
    const granted = this.#server.granted.get(token);
    const missing = scope.split(' ').filter((one) => !granted?.scopes.has(one));
    const isOwn = granted?.kind === kind && granted.account === account;
    this.#count(missing.length > 0 ? 'as stored' : 'its own');
    if (granted && granted.scopes.size > new Set(scope.split(' ')).size) this.#count('wider');
    if (isOwn && (missing.length === 0 || call === 'asStored')) return;
    const got = granted && `${granted.kind}, ${granted.account}, ${[...granted.scopes].join(' ')}`;
    this.#faults.push(`${call} by ${kind}, ${account}, ${scope} was given ${token} of ${got ?? 'nobody'}`);
  }

  /** Notes when a program's record takes the place of a login. */
  #watched(storage: TokenStorage): TokenStorage {
    const logins = new Set<string>();
    const placeOf = (key: string): string => (this.#world.place === 'one record' ? 'the record' : key);
    return {
      id: storage.id,
      load: (key) => storage.load(key),
      save: async (key, tokens, context) => {
        await storage.save(key, tokens, context);
        const isLogin = tokens.stamp?.kind === 'login';
        if (!isLogin && logins.has(placeOf(key))) this.#faults.push(`a login was overwritten by ${key}`);
        if (isLogin) logins.add(placeOf(key));
      },
      delete: async (key, context) => {
        await storage.delete(key, context);
        if ((await storage.load(key).catch(() => 'other')) === undefined) logins.delete(placeOf(key));
      },
      withLock: (key, task, options) => storage.withLock(key, task, options),
    };
  }

  #count(what: string): void {
    this.seen[what] = (this.seen[what] ?? 0) + 1;
  }
}
