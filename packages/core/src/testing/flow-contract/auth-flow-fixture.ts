import type { AuthFlow } from '../../flow/auth-flow.js';
import type { FakeAuthorizationServer } from '../fake-authorization-server.js';
import type { TestClock } from '../test-clock.js';

/** What the flows of one test have to work with. @group Contracts */
export interface FlowContext {
  /** Access tokens live for an hour, refresh tokens are replaced at each use. */
  readonly server: FakeAuthorizationServer;
  /** The server's clock, and the one to give to the flows. A sleep moves it and ends at once. */
  readonly clock: TestClock;
}

/** Where the flows of one test keep their tokens. @group Contracts */
export interface FlowPlace<F extends AuthFlow = AuthFlow> {
  /**
   * Makes a flow as another process would: it shares the place with those before, and no memory. Over a storage,
   * `asOtherProcess(storage)` does that; flows with hooks of their own share no memory unless they have a `key`.
   */
  flow(): F;
  /** Gets the first tokens: logs in, where that needs a person. */
  logIn(flow: F): Promise<unknown>;
  /** Makes the place unreachable, or impossible to read. Without it, outages of the place are not tested. */
  breakIt?(): Promise<void>;
  /** Removes the place. */
  dispose(): Promise<void>;
}

/** How the contract gets at the flow under test. @group Contracts */
export interface AuthFlowFixture<F extends AuthFlow = AuthFlow> {
  /** Makes an empty place. Each test has its own. */
  create(context: FlowContext): Promise<FlowPlace<F>>;
  /** Whether a renewal redeems a refresh token; `false` for flows that ask anew. Default: true. */
  readonly refreshes?: boolean | undefined;
  /** Whether the first token needs a person; `false` for flows that ask by themselves. Default: true. */
  readonly needsPerson?: boolean | undefined;
  /** Whether `logout` works; `false` for hooks of one's own without `deleteTokens`. Default: true. */
  readonly logsOut?: boolean | undefined;
}
