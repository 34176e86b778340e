import type { FlowSettings } from '../options/flow-settings.js';
import { Callers } from '../renewal/callers.js';
import { type CredentialState, credentialAlone, credentialAt } from '../renewal/credential-state.js';
import type { Grant } from '../renewal/grant.js';
import { Renewal } from '../renewal/renewal.js';
import type { StorageHooks } from '../renewal/storage-access.js';
import { TokenKeeper } from '../renewal/token-keeper.js';
import type { FlowEvents } from '../tokens/flow-events.js';

/** What a flow is made of beside its options. */
export interface FlowParts {
  readonly credential: CredentialState;
  readonly keeper: TokenKeeper;
  readonly callers: Callers;
}

/** What a flow says about itself when its parts are put together. */
export interface FlowDescription {
  readonly key: string;
  readonly place: string | object | undefined;
  readonly flowClass: object;
  readonly settings: FlowSettings;
  readonly events: FlowEvents;
  readonly grant: Grant;
  readonly hooks: StorageHooks;
}

/** Puts the parts of a flow together, when it is first used. */
export function assembleParts({ key, place, flowClass, settings, events, grant, hooks }: FlowDescription): FlowParts {
  const credential = place === undefined ? credentialAlone(flowClass) : credentialAt(place, key);
  const overwritesOthers = !grant.interactive;
  const { clock, lockTimeout } = settings;
  const keeper = new TokenKeeper({ key, credential, hooks, events, clock, lockTimeout, overwritesOthers });
  const renewal = new Renewal({ key, settings, credential, keeper, events, grant });
  const callers = new Callers(settings, credential, renewal, grant.interactive);
  return { credential, keeper, callers };
}
