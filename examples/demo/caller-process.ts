/**
 * A process that needs a token: started by caller.ts with the settings, told when to begin and how often to
 * call at once. It tells what it got by fingerprints, never by tokens.
 */
import { fingerprint } from '../identity-provider/fingerprint.js';
import { createFlow, type Settings } from './settings.js';

/** What one process has to tell. */
export interface CallerReport {
  /** For each call that got a token, which one. */
  readonly tokens: readonly string[];
  /** For each call that got none, why. */
  readonly errors: readonly string[];
  /** Requests that this process made, of whichever kind. */
  readonly requests: number;
  /** How often this process redeemed a refresh token, by the flow's event. */
  readonly renewals: number;
}

let requests = 0;
let renewals = 0;
const countingFetch: typeof fetch = (...request) => {
  requests++;
  return fetch(...request);
};
const flow = createFlow(JSON.parse(process.argv[2] ?? '') as Settings, { fetch: countingFetch });
flow.events.on('renewed', () => renewals++);

process.once('message', (calls: number) => void callAtOnce(calls));
process.send?.('ready');

async function callAtOnce(calls: number): Promise<void> {
  const call = (): Promise<string> => flow.getAccessTokenRefreshIfNecessary();
  const results = await Promise.allSettled(Array.from({ length: calls }, call));
  const tokens = results.flatMap((result) => (result.status === 'fulfilled' ? fingerprint(result.value) : []));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? String(result.reason) : []));
  process.send?.({ tokens, errors, requests, renewals } satisfies CallerReport);
}
