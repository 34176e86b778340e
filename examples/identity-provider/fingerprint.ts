import { createHash } from 'node:crypto';

/** Names a token without telling it. */
export function fingerprint(token: string | undefined): string {
  return token === undefined ? 'none' : createHash('sha256').update(token).digest('hex').slice(0, 8);
}
