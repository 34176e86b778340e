/**
 * What to test with: contracts for flows and storages of your own, a fake authorization server, a clock, a torture kit.
 *
 * @module @latchkey/core/testing
 * @showGroups
 */
export { TestClock, type TestClockOptions } from './test-clock.js';
export type { TestRunner } from './test-runner.js';
export { describeTokenStorage } from './describe-token-storage.js';
export type { TokenStorageFixture } from './token-storage-fixture.js';
export { FakeAuthorizationServer } from './fake-authorization-server.js';
export { faults } from './faults.js';
export type { Answer } from './fake-server/answer.js';
export type { AuthenticationMethod, FakeClient } from './fake-server/client-authentication.js';
export type { AnswerFilter, FaultChoice, Gate } from './fake-server/fault-queue.js';
export type { Exchange, Fault, FaultTiming, Interruption } from './fake-server/fault.js';
export type { IssuedTokens, Ledger, LedgerEntry, RequestFilter } from './fake-server/ledger.js';
export type { Endpoint, ReceivedRequest } from './fake-server/received-request.js';
export type {
  FakeAuthorizationServerOptions,
  GraceRotation,
  GrantSubject,
  IdTokenOptions,
  Rotation,
} from './fake-server/server-options.js';
export { runTorture } from './torture/run-torture.js';
export { tortureTable } from './torture/torture-table.js';
export type { TortureGrace, TortureOptions, TortureProfile } from './torture/torture-options.js';
export { isUnharmed, type TortureCounts, type TortureResult, type TortureRow } from './torture/torture-result.js';
export { type TorturePoint, torturePoints, type TortureSignal, tortureSignals } from './torture/points.js';
export { describeAuthFlow } from './describe-auth-flow.js';
export type { AuthFlowFixture, FlowContext, FlowPlace } from './flow-contract/auth-flow-fixture.js';
export { asOtherProcess } from './flow-contract/other-process.js';
