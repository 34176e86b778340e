import { LockUnavailableError, RegistrationError } from '../errors/index.js';
import type { HeldLock } from '../storage/lock.js';
import { clientKey } from '../storage/stored-login.js';
import type { TokenStorage } from '../storage/token-storage.js';
import { nextGeneration } from '../tokens/generation.js';
import { TokenSet } from '../tokens/token-set.js';
import type { RegisteredClient } from './client-registration.js';

/** Milliseconds before a client that was registered in place of a refused one is replaced too. */
const pause = 60_000;

/** Which client is wanted, and what to do where there is none. */
export interface RegistrationNeed {
  readonly issuer: string;
  readonly redirectUris: readonly string[];
  /** A client that the server has refused. */
  readonly refused: string | undefined;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
  readonly register: (redirectUris: readonly string[]) => Promise<RegisteredClient>;
}

/**
 * Returns the client that is registered with a server, from storage, or registers one: under the lock, so that all
 * processes use the same.
 *
 * @throws RegistrationError; the storage's errors; what `register` throws
 */
export async function registeredClient(storage: TokenStorage, need: RegistrationNeed): Promise<RegisteredClient> {
  const key = clientKey(need.issuer);
  const known = clientIn(await storage.load(key), need.issuer);
  if (known && isUsable(known, need)) return known;
  const waiting = { signal: need.signal ?? new AbortController().signal, timeout: 30 };
  // What the task comes to counts, whatever a lock makes of it.
  const run: { task?: Promise<RegisteredClient> } = {};
  const runOnce = (lock: HeldLock): Promise<RegisteredClient> => (run.task ??= findOrRegister(storage, need, lock));
  await storage.withLock(key, runOnce, waiting).catch((error: unknown) => {
    if (!run.task) throw error;
  });
  if (!run.task) throw new LockUnavailableError();
  return run.task;
}

async function findOrRegister(
  storage: TokenStorage,
  need: RegistrationNeed,
  lock: HeldLock,
): Promise<RegisteredClient> {
  const { issuer, redirectUris, refused, now, register } = need;
  const key = clientKey(issuer);
  const stored = await storage.load(key);
  const present = clientIn(stored, issuer);
  if (present && isUsable(present, need)) return present;
  const isRefused = present?.client_id === refused && present !== undefined;
  if (isRefused && present.replaces_refused) assertPause(stored, now());
  const client = await register([...new Set([...redirectUris, ...(present?.redirect_uris ?? [])])]);
  const generation = nextGeneration(stored?.generation, now());
  const record = TokenSet.from({
    registered_client: { issuer, ...client, ...(isRefused && { replaces_refused: true }) },
    latchkey: { version: 1, key, generation },
  });
  await storage.save(key, record, { reason: 'login', expected: stored?.generation ?? 0, lock });
  return client;
}

/** What is stored: the client, the server that it belongs to, and whether a refusal was the reason to register it. */
interface StoredClient extends RegisteredClient {
  readonly replaces_refused?: boolean;
}

/** Takes the client out of a record; one of another issuer is none. */
function clientIn(record: TokenSet | undefined, issuer: string): StoredClient | undefined {
  const client = record?.toJSON().registered_client;
  if (client?.['issuer'] !== issuer) return undefined;
  return Array.isArray(client['redirect_uris']) ? (client as unknown as StoredClient) : undefined;
}

function isUsable(client: StoredClient, { redirectUris, refused, now }: RegistrationNeed): boolean {
  const { client_secret_expires_at: end = 0 } = client;
  const isOver = end > 0 && end * 1000 <= now();
  return !isOver && client.client_id !== refused && redirectUris.every((uri) => client.redirect_uris.includes(uri));
}

/** A server that refuses each client at once would be given one after another. */
function assertPause(stored: TokenSet | undefined, now: number): void {
  const age = now - (stored?.generation ?? 0);
  if (Math.abs(age) >= pause) return;
  throw new RegistrationError({
    code: 'CLIENT_REFUSED_AGAIN',
    message:
      'The authorization server refused a client that was registered less than a minute ago, in place of another.',
    remedy: 'Wait a minute. If it goes on, give a client that the server knows: clientId, or metadataUrl.',
    retryable: true,
    retryAfter: Math.ceil((pause - Math.max(age, 0)) / 1000),
  });
}
