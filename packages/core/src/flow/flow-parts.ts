import type { FlowSettings } from '../options/flow-settings.js';
import { lazyPart } from '../platform/lazy-part.js';
import { Callers } from '../renewal/callers.js';
import { type CredentialState, credentialAlone, credentialAt } from '../renewal/credential-state.js';
import type { Grant } from '../renewal/grant.js';
import { Run } from '../renewal/run.js';
import type { StorageHooks } from '../renewal/storage-access.js';
import { type RenewalParts, TokenReader } from '../renewal/token-reader.js';
import type { FlowEvents } from '../tokens/flow-events.js';

/** What saves and deletes, which a program that finds a fresh token does without. */
const loadKeeper = lazyPart(() => import('../renewal/saving/token-keeper.js'));

/** What a flow is made of beside its options. */
export interface FlowParts {
  readonly credential: CredentialState;
  readonly reader: TokenReader;
  readonly callers: Callers;
}

/** What a flow says about itself when its parts are put together. */
export interface FlowDescription {
  /** What the flow has found before, when its parts were put together for the first time. */
  readonly known: CredentialState | undefined;
  readonly key: string;
  readonly kind: string;
  readonly account: string | undefined;
  /** Whether the application has named the key. */
  readonly isNamed: boolean;
  readonly place: string | object | undefined;
  readonly flowClass: object;
  readonly settings: FlowSettings;
  readonly events: FlowEvents;
  readonly grant: Grant;
  readonly hooks: StorageHooks;
}

/** Puts the parts of a flow together, when it is first used, and again after they were dropped. All state is the credential's. */
export function assembleParts(description: FlowDescription): FlowParts {
  const { known, key, kind, account, isNamed, place, flowClass, settings, events, grant, hooks } = description;
  const credential =
    known ?? (place === undefined ? credentialAlone(flowClass) : credentialAt(place, cellOf(key, kind)));
  const owner = { key, kind, account, isPrivate: isNamed || typeof place !== 'string' };
  const reader = new TokenReader({ owner, settings, credential, hooks, events, grant, saveUnsaved });
  const callers = new Callers(settings, credential, new Run(reader), grant.interactive);
  return { credential, reader, callers };
}

async function saveUnsaved(parts: RenewalParts): Promise<void> {
  const { TokenKeeper } = await loadKeeper();
  await new TokenKeeper(parts).saveLater();
}

/** Under one key of the application's own, kinds of grant share no memory either. */
function cellOf(key: string, kind: string): string {
  return kind === 'login' ? key : `${key}\n${kind}`;
}
