import { CredentialMismatchError, RecordUnreadableError } from '../errors/index.js';
import { readEnvelope } from './envelope.js';
import { openRecord, type RecordCodec } from './record-codec.js';

/** Who is logged in, or which program holds tokens. It holds no secret. @group Storages */
export interface StoredLogin {
  /** The credential: what `load` takes. `undefined` for a file that another program wrote. */
  readonly key: string | undefined;
  /** The user or tenant, where the flow named one by `account`. */
  readonly account: string | undefined;
  /** Whose grant it is: `login` of a person, or a program's; `undefined` for records of earlier versions. */
  readonly kind: string | undefined;
  /** Granted scopes, separated by spaces. */
  readonly scope: string | undefined;
  /** When the access token ends; a refresh token may be good for longer. */
  readonly expiresAt: Date | undefined;
}

/** As `readLogin`, of arguments that were checked. */
export async function readStoredLogin(
  stored: unknown,
  key: string | undefined,
  codec: RecordCodec | undefined,
  writtenAt: number | undefined,
): Promise<StoredLogin | undefined> {
  const named = credentialIn(stored);
  const owner = key ?? named;
  if (owner?.startsWith(clientKey('')) || (named ?? owner) !== owner) return undefined;
  try {
    const { stamp, scope, expiresAt } = await openRecord(stored, owner ?? '', codec, writtenAt);
    return { key: owner, account: stamp?.account ?? accountIn(owner), kind: stamp?.kind, scope, expiresAt };
  } catch (error) {
    if (error instanceof CredentialMismatchError) return undefined;
    if (!(error instanceof RecordUnreadableError)) throw error;
    if (!readEnvelope(stored)) return undefined;
    return { key: owner, account: accountIn(owner), kind: undefined, scope: undefined, expiresAt: undefined };
  }
}

/** Under which key a client is stored that is registered with `issuer`. It is no login, and `list` leaves it out. */
export function clientKey(issuer: string): string {
  return `client ${issuer}`;
}

/** The credential that a record or an envelope names. */
function credentialIn(stored: unknown): string | undefined {
  try {
    const record: unknown = typeof stored === 'string' ? JSON.parse(stored) : stored;
    const { latchkey } = (record ?? {}) as { latchkey?: { key?: unknown } | null };
    return typeof latchkey?.key === 'string' ? latchkey.key : undefined;
  } catch {
    return undefined;
  }
}

/** The account in a key that no application has chosen, for records that do not note it. */
function accountIn(key: string | undefined): string | undefined {
  const parts = new URLSearchParams(key);
  return parts.has('client_id') ? (parts.get('account') ?? undefined) : undefined;
}
