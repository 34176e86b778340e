/** A server, a storage and up to a hundred logins of one flow, which things go wrong with one after the other. */
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { ask } from '../faults/caller.mjs';
import { faultyStorage, StorageFaults } from '../faults/faulty-storage.mjs';
import { Witness } from '../faults/witness.mjs';
import { createFlow } from '../every-flow.mjs';
import { dieRenewing } from './kills.mjs';
import { Activity } from './activity.mjs';
import { MovedClock } from './moved-clock.mjs';
import { Network } from './network.mjs';

const hour = 3_600_000;
const interactive = ['device code', 'authorization code'];
const forOneUser = ['password', 'JWT bearer', 'token exchange', 'refresh token'];

export class Bench {
  clock = new MovedClock();
  activity = new Activity();
  network = new Network(this.clock, this.activity);
  storage = new StorageFaults();
  witness = new Witness();
  server;
  #logins = [];
  #back = 0;
  #makeFlow;
  #grant;
  #options;
  #place;
  #storage;

  /** `grace`: for how many seconds the server takes a used refresh token. */
  static async start(name, { grant, grace, place, storage }) {
    const bench = new Bench();
    await bench.#start(name, grant, grace, storage);
    bench.#place = place;
    bench.#storage = storage;
    return bench;
  }

  async #start(name, grant, grace, storage) {
    const { clock, activity, network, witness } = this;
    this.isInteractive = interactive.includes(grant);
    this.holdsRefreshTokens = grant !== 'client credentials';
    const rotation = grace > 0 ? { grace } : 'rotate';
    const server = await FakeAuthorizationServer.start({ clock, rotation, deviceLogins: 'approved' });
    this.server = server;
    const endpoint = (place) => `${server.issuer}/${place}`;
    const options = {
      server: {
        tokenEndpoint: server.tokenEndpoint,
        deviceAuthorizationEndpoint: endpoint('device_authorization'),
        authorizationEndpoint: endpoint('authorize'),
      },
      clientId: name,
      clock: { now: () => clock.now() - this.#back, sleep: (...wait) => clock.sleep(...wait) },
      fetch: network.fetch,
      headers: { 'x-process': '0' },
      storage: activity.watch(faultyStorage(storage, this.storage, { process: '0', witness, guarded: true })),
    };
    const whole = forOneUser.includes(grant) ? undefined : createFlow(grant, options);
    this.#grant = grant;
    this.#options = options;
    this.#makeFlow = (account, own) =>
      whole && !own ? whole.withAccount(account) : createFlow(grant, { ...options, ...own, account });
  }

  stop() {
    return this.server.stop();
  }

  /** Renews the first login in a process that is killed at this point. */
  async dieRenewing(point) {
    const [{ flow }] = this.#logins;
    const now = this.clock.now();
    await dieRenewing(point, {
      ...{ place: this.#place, grant: this.#grant, options: this.#options, account: 'account-0', now },
    });
    await flow.reload();
  }

  /** What an outage reaches. */
  get reach() {
    const { server, network, storage } = this;
    const setBack = (milliseconds) => void (this.#back = milliseconds);
    return { server, network, storage, setBack, goBack: (met) => this.#goBack(met) };
  }

  /** Renews all logins, puts the records from before back, and lets time pass until they are to be renewed again. */
  async #goBack({ logins, callers }) {
    const goBack = async ({ flow }) => {
      const older = await this.#storage.load(flow.key);
      await this.#renew(flow);
      const lock = { signal: new AbortController().signal };
      await this.#storage.save(flow.key, older, { reason: 'import', expected: undefined, lock });
    };
    for (const login of logins) await goBack(login);
    await this.age(logins, { ...callers, isRenewed: true });
  }

  /** So many logins, all of which are well. */
  async logins(count, { renewAhead = false } = {}) {
    while (this.#logins.length < count) this.#logins.push(this.#newLogin(`account-${this.#logins.length}`));
    const wanted = this.#logins.slice(0, count);
    for (let n = 0; n < count; n += 20) {
      await Promise.all(wanted.slice(n, n + 20).map((login) => this.#mend(login)));
    }
    if (!renewAhead) return wanted;
    this.#makesAhead ??= this.#makeFlow('account-0', { renewAhead });
    return [{ ...wanted[0], flow: this.#makesAhead }];
  }
  #makesAhead;

  #newLogin(account) {
    return { state: { isWell: false }, flow: this.#makeFlow(account) };
  }

  /** Lets tokens end, or, `ahead`, come to where they are renewed ahead. */
  async age(logins, { ahead = false, isRenewed = false }) {
    if (ahead && !isRenewed) await Promise.all(logins.map(({ flow }) => this.#renew(flow)));
    this.clock.passTo(this.clock.now() + (ahead ? 0.85 : 2) * hour);
  }

  /** The refresh token that this login would present. */
  held({ flow }) {
    return tokensOf(flow)?.refreshToken ?? '';
  }

  isHonoured(login) {
    return !this.holdsRefreshTokens || this.server.honours(this.held(login));
  }

  /** Asks for another token than the present one. */
  renew({ flow }, options) {
    return ask(flow, { ...options, rejectedToken: tokensOf(flow)?.accessToken });
  }

  /** The end of the pause that the record notes, by the clock of the bench. */
  notedPause({ flow }) {
    const { unanswered, suspected } = tokensOf(flow)?.toJSON().latchkey ?? {};
    return Math.max(unanswered?.until ?? 0, suspected?.until ?? 0) + this.#back;
  }

  async #mend({ flow, state }) {
    if (state.isWell) return;
    this.clock.passTo(this.clock.now() + hour);
    if (this.isInteractive) await flow.doFlow();
    else {
      if (state.isWell === undefined) await flow.logout();
      await this.#renew(flow);
    }
    state.isWell = true;
  }

  async #renew(flow) {
    const outcome = await this.renew({ flow });
    if (outcome.kind !== 'token') throw new Error(`A login without a fault failed: ${JSON.stringify(outcome)}`);
  }
}

function tokensOf(flow) {
  try {
    return flow.tokens;
  } catch {
    return undefined;
  }
}
