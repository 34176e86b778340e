import type { RecordCodec, TokenRecord } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';

/** Seconds before its end at which RDP's samples take a token for expired. */
export const margin = 10;

/** What RDP's samples write: the server's answer as it came, and when to renew, in seconds since 1970. */
interface RdpRecord extends TokenRecord {
  expires_in?: string | number;
  expiry_tm?: number;
}

/** Writes token records in the form of RDP's samples, and reads those that the samples wrote. */
const rdpForm: RecordCodec = {
  async seal(record) {
    const { expires_at, issued_at, latchkey, ...answer } = JSON.parse(record) as TokenRecord;
    if (expires_at === undefined) return JSON.stringify({ ...answer, latchkey }, undefined, 4);
    const lifetime = issued_at !== undefined && { expires_in: String(expires_at - issued_at) };
    return JSON.stringify({ ...answer, ...lifetime, expiry_tm: expires_at - margin, latchkey }, undefined, 4);
  },
  async open(text) {
    const { expires_in, expiry_tm, ...answer } = JSON.parse(text) as RdpRecord;
    // The answer lists what `trapi` stands for, not `trapi` itself.
    const record = { latchkey: { requested_scope: 'trapi' }, ...answer };
    if (expiry_tm === undefined) return JSON.stringify({ ...record, expires_in });
    const expires_at = Math.floor(expiry_tm) + margin;
    const issued = expires_in !== undefined && { issued_at: expires_at - Number(expires_in) };
    return JSON.stringify({ ...record, expires_at, ...issued });
  },
};

/** Keeps the tokens of one session or account in a file that RDP's samples can read too. */
export function rdpTokenFile(path: string): FileTokenStorage {
  return new FileTokenStorage(path, { codec: rdpForm });
}
