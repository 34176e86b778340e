import type { Call } from '../options/access-token-options.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { Callers } from './callers.js';
import { systemClock } from '../platform/clock.js';
import { type CredentialState, credentialAlone, credentialAt, type RunOutcome } from './credential-state.js';
import type { FlowEvents } from '../tokens/flow-events.js';
import { RenewalSteps } from './renewal-steps.js';
import type { StorageHooks } from './storage-hooks.js';
import { TokenKeeper } from './token-keeper.js';
import type { TokenSet } from '../tokens/token-set.js';

/** What a flow is made of beside its options. */
export interface FlowParts {
  readonly credential: CredentialState;
  readonly keeper: TokenKeeper;
  readonly callers: Callers;
  readonly steps: RenewalSteps;
  readonly renewsAhead: (tokens: TokenSet) => boolean;
}

/** What a flow says about itself when its parts are put together. */
export interface FlowDescription {
  readonly key: string;
  readonly place: string | object | undefined;
  readonly flowClass: object;
  readonly options: AuthFlowOptions;
  readonly events: FlowEvents;
  readonly interactive: boolean;
  readonly hooks: StorageHooks;
  readonly run: (call: Call) => Promise<RunOutcome>;
}

/** Puts the parts of a flow together, when it is first used. */
export function assembleParts(flow: FlowDescription): FlowParts {
  const { key, place, flowClass, options, events, interactive, hooks, run } = flow;
  const { clock = systemClock, lockTimeout = 30, renewAhead } = options;
  const renewsAhead = ({ refreshToken }: TokenSet): boolean =>
    renewAhead ?? (!interactive && refreshToken === undefined);
  const credential = place === undefined ? credentialAlone(flowClass) : credentialAt(place, key);
  const now = (): number => clock.now();
  const overwritesOthers = !interactive;
  const keeper = new TokenKeeper({ key, credential, hooks, events, clock, lockTimeout, overwritesOthers });
  const callers = new Callers({ credential, options, renewsAhead, now, run });
  const steps = new RenewalSteps({ key, options, credential, keeper, callers, events, now });
  return { credential, keeper, callers, renewsAhead, steps };
}
