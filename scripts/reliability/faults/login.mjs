/** One login of one kind of flow at a server of its own, used by two processes: here, two instances that share nothing. */
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { createFlow } from '../every-flow.mjs';
import { faultyStorage, StorageFaults } from './faulty-storage.mjs';
import { Witness } from './witness.mjs';

/** Seconds for which a server with grace takes a used refresh token. */
const grace = 60;
const hour = 3_600_000;
const withoutRefreshToken = ['client_credentials', 'jwt-bearer', 'token-exchange'];

/** The flows that things go wrong with. */
export const flowKinds = [
  { name: 'client credentials', grant: 'client credentials' },
  { name: 'device code', grant: 'device code', interactive: true },
  { name: 'device code, grace', grant: 'device code', interactive: true, rotation: { grace } },
  { name: 'authorization code', grant: 'authorization code', interactive: true },
  { name: 'refresh token', grant: 'refresh token' },
  { name: 'password', grant: 'password' },
  { name: 'JWT bearer', grant: 'JWT bearer' },
  { name: 'token exchange', grant: 'token exchange' },
];

export class Login {
  clock = new TestClock({ autoAdvance: true });
  faults = new StorageFaults();
  witness = new Witness();
  server;
  flows;
  #storage;
  #serverAhead = 0;

  static async start(name, { place, flowKind, fault, guarded }) {
    const login = new Login();
    await login.#start(name, place, flowKind, fault, guarded);
    return login;
  }

  async #start(name, place, { grant, rotation = 'rotate', interactive }, fault, guarded) {
    this.hasGrace = rotation !== 'rotate';
    this.server = await FakeAuthorizationServer.start({
      clock: { now: () => this.clock.now() + this.#serverAhead },
      rotation,
      deviceLogins: 'approved',
      givesRefreshToken: (type) => !withoutRefreshToken.some((end) => type.endsWith(end)),
    });
    const storages = place.open(name);
    this.#storage = storages[0];
    const { timeout = 10, lockTimeout = 5 } = fault;
    const { faults, witness, clock } = this;
    this.flows = storages.map((storage, n) => {
      const process = String(n);
      const options = {
        ...{ issuer: this.server.issuer, clientId: name, key: name, clock, timeout, lockTimeout },
        headers: { 'x-process': process },
        storage: faultyStorage(storage, faults, { process, witness, guarded }),
      };
      return createFlow(grant, options, { ownHooks: place.ownHooks });
    });
    this.isInteractive = interactive === true;
    await this.logIn();
  }

  stop() {
    return this.server.stop();
  }

  /** Logs in anew, over whatever is stored; again where a short timeout was too short. */
  async logIn(triesLeft = 5) {
    const [flow] = this.flows;
    try {
      if (this.isInteractive) await flow.doFlow();
      else await flow.getAccessTokenRefreshIfNecessary();
    } catch (error) {
      if (triesLeft === 0) throw error;
      await this.logIn(triesLeft - 1);
    }
  }

  /** Moves all clocks past the end of the token. */
  expire() {
    this.clock.set(this.clock.now() + 2 * hour);
  }

  /** Sets the clock of the flows back while that of the server goes on; 0 sets it right. */
  setBack(milliseconds) {
    this.clock.set(this.clock.now() + this.#serverAhead - milliseconds);
    this.#serverAhead = milliseconds;
  }

  /** Takes the lock as somebody else, and returns what frees it. */
  async holdLock() {
    let release;
    const released = new Promise((resolve) => (release = resolve));
    const options = { signal: new AbortController().signal, timeout: 10 };
    await new Promise((taken, fail) => {
      const hold = () => {
        taken();
        return released;
      };
      this.#storage.withLock(this.flows[0].key, hold, options).catch(fail);
    });
    return release;
  }

  /** Whether the server would take the stored refresh token. */
  async isHonoured() {
    const stored = await this.#storage.load(this.flows[0].key).catch(() => undefined);
    return this.server.honours(stored?.refreshToken ?? '');
  }
}
