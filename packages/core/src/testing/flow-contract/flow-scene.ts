import assert from 'node:assert/strict';
import type { AuthFlow } from '../../flow/auth-flow.js';
import { FakeAuthorizationServer } from '../fake-authorization-server.js';
import { TestClock } from '../test-clock.js';
import type { AuthFlowFixture, FlowPlace } from './auth-flow-fixture.js';

/** One sentence of the contract and its proof. */
export interface FlowCase {
  readonly title: string;
  readonly body: (scene: FlowScene) => Promise<void>;
}

/** A server, a clock and a place with flows over it, for one test. */
export class FlowScene {
  readonly server: FakeAuthorizationServer;
  readonly clock: TestClock;
  readonly #place: FlowPlace;

  private constructor(server: FakeAuthorizationServer, clock: TestClock, place: FlowPlace) {
    this.server = server;
    this.clock = clock;
    this.#place = place;
  }

  /** Runs `body` in a scene of its own, and cleans up after it. */
  static async play<F extends AuthFlow>(fixture: AuthFlowFixture<F>, body: FlowCase['body']): Promise<void> {
    const clock = new TestClock({ autoAdvance: true });
    const server = await FakeAuthorizationServer.start({ expiresIn: 3600, clock });
    try {
      const place = await fixture.create({ server, clock });
      try {
        await body(new FlowScene(server, clock, place));
      } finally {
        await place.dispose();
      }
    } finally {
      await server.stop();
    }
  }

  /** A flow as another process would make it, with nothing in memory. */
  flow(): AuthFlow {
    return this.#place.flow();
  }

  async logIn(flow: AuthFlow): Promise<void> {
    await this.#place.logIn(flow);
  }

  /** So many flows that all hold the tokens of one login in memory; no request is on record. */
  async processes(count: number): Promise<readonly AuthFlow[]> {
    const flows = Array.from({ length: count }, () => this.flow());
    const [first] = flows;
    if (first) await this.logIn(first);
    for (const flow of flows) await flow.getAccessTokenRefreshIfNecessary();
    this.server.ledger.clear();
    return flows;
  }

  /** One flow as {@link processes} makes them. */
  async loggedIn(): Promise<AuthFlow> {
    const [flow] = await this.processes(1);
    assert.ok(flow);
    return flow;
  }

  /** Lets the server answer again, and the pause pass that is made before it is asked again. */
  async endOutage(): Promise<void> {
    this.server.clearFaults();
    await this.clock.advance(60_000);
  }

  /** Breaks the place; tells whether it can be broken. */
  async breakPlace(): Promise<boolean> {
    await this.#place.breakIt?.();
    return this.#place.breakIt !== undefined;
  }

  /** Lets the access token end. */
  async expire(): Promise<void> {
    await this.clock.advance(4_000_000);
  }

  /** Lets time pass until the present token of `flow` has so many seconds left. */
  async untilLeft(flow: AuthFlow, seconds: number): Promise<void> {
    const end = flow.tokens.expiresAt?.getTime();
    assert.ok(end !== undefined, 'the tokens have no expiry, although the server said one');
    await this.clock.advance(end - seconds * 1000 - this.clock.now());
  }

  /** How many token requests came. */
  get requests(): number {
    return this.server.ledger.tokenRequests.length;
  }
}

/** Returns how a call failed; fails when it did not. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  assert.ok(outcome, 'an error was expected, but the call succeeded');
  return outcome.error;
}

/** Fails unless all are the same token; returns it. */
export function theOne(tokens: readonly string[]): string {
  const [token = ''] = tokens;
  assert.equal(new Set(tokens).size, 1, `${new Set(tokens).size} different tokens were given`);
  return token;
}
