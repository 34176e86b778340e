import type { Call } from '../options/access-token-options.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { lazyPart } from '../platform/lazy-part.js';
import { summarize, tellExpiring } from '../tokens/flow-events.js';
import { hasMoved } from '../tokens/generation.js';
import type { TokenSet } from '../tokens/token-set.js';
import type { StoredTokens } from './credential-state.js';
import { type FoundTokens, isGoodEnough } from './good-enough.js';
import type { TokenReader } from './token-reader.js';

/** What a look into storage came to. */
interface Looked {
  /** What ends the run: tokens that are good enough. */
  readonly found?: FoundTokens;
  readonly stored: StoredTokens;
}

const loadKeptAnswer = lazyPart(() => import('./presentation/kept-answer.js'));

/** Reads storage. Another token there that is good enough ends the run: somebody was first. */
export async function look(reader: TokenReader, call: Call): Promise<Looked> {
  const { owner, settings, credential, events } = reader.parts;
  const { key } = owner;
  const { tokens: before, ownToken } = credential;
  const stored = await reader.load();
  const { tokens } = stored;
  if (!tokens) return { stored };
  const isNew = !before || hasMoved(tokens, before);
  const event = before ? 'adopted' : 'loaded';
  if (isNew && events.isHeard(event)) events.emit(event, { key, tokens: summarize(tokens) });
  const found = { tokens, isNew };
  if (tokens.unread && (await holdsBetter(tokens, settings))) return { stored }; // they came with an answer that was kept
  const now = settings.clock.now();
  const isGood = isGoodEnough(found, call, { scope: settings.scope, ownToken, now });
  if (isGood && isNew) tellExpiring(events, key, tokens, now);
  return isGood ? { found, stored } : { stored };
}

async function holdsBetter(tokens: TokenSet, settings: FlowSettings): Promise<boolean> {
  const { rereadAnswer } = await loadKeptAnswer();
  return rereadAnswer(tokens, settings).tokens !== undefined;
}
