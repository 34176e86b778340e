import { type StoredAuthFlowOptions, TokenSet } from '@latchkey/core';
import { Claims } from './claims.js';
import { ExploredFlow, ExploredMachine } from './explored-flow.js';
import type { Fault } from './fault.js';
import { Instance, type Way } from './instance.js';
import type { Call, Scenario } from './scenario.js';
import { beginning, SharedClock } from './shared-clock.js';
import { SharedLock } from './shared-lock.js';
import { SharedServer } from './shared-server.js';
import { SharedStorage } from './shared-storage.js';

type Flow = ExploredFlow | ExploredMachine;

let worlds = 0;

/** One run: the real flows, and everything around them as steps. */
export class World {
  readonly claims: Claims;
  readonly #scenario: Scenario;
  readonly #faults: readonly Fault[];
  readonly #clock = new SharedClock();
  readonly #lock: SharedLock;
  readonly #server: SharedServer;
  readonly #storage: SharedStorage;
  readonly #flows = new Map<Instance, Flow>();
  readonly #number = ++worlds;
  readonly #faultsGiven: number;
  #faultsLeft: number;

  constructor(scenario: Scenario, faults: readonly Fault[], faultsLeft: number) {
    const { rotation = 'strict', lock = 'lease', storage = 'compares' } = scenario;
    this.#scenario = scenario;
    this.#faults = faults;
    this.#faultsGiven = this.#faultsLeft = faultsLeft;
    this.claims = new Claims(
      {
        takes: (token) => this.#server.takes(token),
        comesOf: (token, ancestor) => this.#server.comesOf(token, ancestor),
        stored: () => this.#storage.record,
      },
      { isAlone: scenario.instances.length === 1 },
    );
    this.#lock = new SharedLock(lock);
    this.#server = new SharedServer(rotation, this.claims, this.#clock);
    this.#storage = new SharedStorage(this.claims, this.#clock, this.#lock, storage);
    if (!scenario.isMachine) this.#storage.record = expired;
    scenario.instances.forEach((calls, index) => {
      const instance = this.#addInstance('PQR'[index] ?? `P${index}`);
      for (const call of calls) void this.#begin(instance, call, scenario.isStaggered);
    });
  }

  /** Waits until each instance waits for a step or has ended. */
  async settle(): Promise<void> {
    for (let turn = 0, before = -1; turn < 10_000; turn++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const moves = this.#instances.reduce((sum, instance) => sum + instance.moves, 0);
      if (moves === before && this.#instances.every((instance) => instance.isStill)) return;
      before = moves;
    }
    throw new Error('An instance neither waits for a step nor ends.');
  }

  /** What can happen next. Empty when all callers have ended, or when none of them ever will. */
  ways(): Way[] {
    const instances = this.#instances.filter(({ isAlive, callers }) => isAlive && callers > 0);
    if (instances.length === 0) return [];
    const crashes = instances.map((instance) => this.#crash(instance));
    const steps = instances.flatMap((instance) =>
      instance.ways.map((way) => ({ ...way, name: `${instance.name} ${way.name}`, take: () => way.take() })),
    );
    const all = [...steps, ...this.#lock.ways(), ...this.#server.ways(), ...crashes];
    return all.filter(({ fault }) => !fault || (this.#faultsLeft > 0 && this.#faults.includes(fault)));
  }

  take({ fault, take }: Way): void {
    if (fault) this.#faultsLeft--;
    if (fault === 'crash' || fault === 'save fails') this.claims.isForgetful = true;
    if (fault === 'lease lost') {
      this.claims.hasTwoOwners = true;
      this.claims.excuse('a lease was lost');
    }
    take();
  }

  /** What the future depends on; two runs with the same state go on alike. Instances that differ in name only do too. */
  get state(): string {
    const instances = this.#instances.map((instance, index) => {
      const calls = JSON.stringify(this.#scenario.instances[index]);
      return `${calls} ${instance.state} ${[...instance.generations].join()} ${[...instance.reported].join()}`;
    });
    const shared = [this.#storage, this.#lock, this.#server, this.claims].map(({ state }) => state);
    return [...instances.sort(), ...shared, this.#clock.now, this.#faultsLeft].join('\n');
  }

  /** When nothing can happen any more: who still waits, waits forever. Then life goes on without faults. */
  async end(): Promise<void> {
    const waiting = this.#instances.filter(({ isAlive, callers }) => isAlive && callers > 0);
    if (waiting.length > 0) {
      this.claims.fail(`${waiting.map(({ name }) => name).join(', ')} never ends`);
      return;
    }
    if (this.#faultsLeft === this.#faultsGiven) this.#endedWithoutFaults();
    this.#faultsLeft = 0;
    for (const instance of this.#instances.filter(({ isAlive }) => isAlive)) await this.#callAgain(instance);
    this.#clock.tick(2 * 3_600_000);
    this.claims.endPauses();
    const { claims } = this;
    const isHonoured = this.#server.takes(this.#storage.record?.refreshToken);
    const later = this.#addInstance('later');
    const token = await this.#callAgain(later);
    if (token === undefined && isHonoured) claims.fail('the server honours the login, and nobody can use it');
    const isExcused = this.#scenario.rotation !== 'grace' && claims.excuses.size > 0;
    if (token === undefined && !isExcused && !claims.isLoggedOut)
      claims.fail('the login is lost, and no fault explains it');
  }

  close(): void {
    for (const instance of this.#instances) instance.close();
  }

  get #instances(): Instance[] {
    return [...this.#flows.keys()];
  }

  #addInstance(name: string): Instance {
    const instance = new Instance(name, () => this.#clock.now);
    const options: StoredAuthFlowOptions = {
      server: {
        issuer: 'https://as.example',
        tokenEndpoint: 'https://as.example/token',
        revocationEndpoint: 'https://as.example/revoke',
      },
      clientId: 'explored',
      key: 'explored',
      clock: this.#clock.of(instance),
      fetch: this.#server.fetchOf(instance),
      storage: this.#storage.of(instance, `explored ${this.#number} ${name}`),
      lockTimeout: this.#scenario.lockTimeout ?? 0,
    };
    const flow = this.#scenario.isMachine
      ? new ExploredMachine({ ...options, clientSecret: 'secret', renewAhead: false })
      : new ExploredFlow(options);
    flow.events.on('saveFailed', () => {
      instance.reported.add(flow.accessToken);
      instance.learn('saveFailed');
    });
    this.#flows.set(instance, flow);
    return instance;
  }

  #crash(instance: Instance): Way {
    const take = (): void => {
      if (instance.redeeming !== undefined) this.claims.excuse('a process died between rotation and save');
      instance.crash();
      this.#lock.crashed(instance);
    };
    return { name: `${instance.name} dies`, fault: 'crash', take };
  }

  #begin(instance: Instance, call: Call, isStaggered = false): Promise<string | undefined> {
    instance.callers++;
    const flow = this.#flows.get(instance);
    const begun = isStaggered
      ? instance.step<undefined>('begins', (ending) => [{ name: 'begins', take: () => ending.resolve(undefined) }])
      : Promise.resolve(undefined);
    const end = (told: string): void => {
      instance.callers--;
      instance.learn(told);
    };
    return begun
      .then(() => flow && perform(flow, call))
      .then(
        (token) => {
          if (instance.isClosed || !instance.isAlive) return undefined;
          if (call !== 'logout') this.claims.gave(instance, token ?? '');
          end(`has ${token ?? 'nothing'}`);
          return token;
        },
        (error: unknown) => {
          if (instance.isClosed || !instance.isAlive) return undefined;
          if (call === 'logout') this.claims.refused(instance, error);
          else this.claims.gaveNone(instance, error);
          end(`has ${String(error)}`);
          return undefined;
        },
      );
  }

  async #callAgain(instance: Instance): Promise<string | undefined> {
    const answer = this.#begin(instance, {});
    await this.settle();
    for (let steps = 0; instance.callers > 0; steps++) {
      const [way] = this.ways();
      if (!way || steps > 100) {
        this.claims.fail(`${instance.name} never ends when it calls again`);
        return undefined;
      }
      this.take(way);
      await this.settle();
    }
    return answer;
  }

  #endedWithoutFaults(): void {
    const { requests = [1], instances } = this.#scenario;
    const { renewals, logins, reuses } = this.#server;
    const made = renewals + (this.#scenario.isMachine ? logins : 0);
    if (!requests.includes(made)) this.claims.fail(`nothing went wrong, and ${made} requests were made`);
    if (reuses > 0) this.claims.fail('nothing went wrong, and a refresh token was used twice');
    const isOne = requests.length === 1 && instances.flat().every((call) => typeof call === 'object');
    if (isOne && new Set(this.claims.given).size !== 1) {
      this.claims.fail(`nothing went wrong, and callers were given ${this.claims.given.join(', ')}`);
    }
  }
}

const expired = TokenSet.from({
  access_token: 'A0',
  refresh_token: 'R0',
  token_type: 'Bearer',
  issued_at: beginning / 1000 - 7200,
  expires_at: beginning / 1000 - 3600,
  latchkey: { version: 1, key: 'explored', generation: beginning - 7_200_000 },
});

async function perform(flow: Flow, call: Call): Promise<string | undefined> {
  if (call === 'login') return flow.login();
  if (call !== 'logout') return flow.getAccessTokenRefreshIfNecessary(call);
  await flow.logout();
  return undefined;
}
