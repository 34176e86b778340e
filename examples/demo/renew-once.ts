import { callFromProcesses } from './call-from-processes.js';
import { checkRenewals } from './check-renewals.js';
import type { Demo } from './demo.js';
import { expireStoredToken } from './expire-token.js';
import { fingerprint } from '../identity-provider/fingerprint.js';
import { readTokenFile } from './token-file.js';

const processes = 4;
const calls = 50;

/** Lets many callers in several processes find the token expired at the same moment. */
export async function renewOnce(demo: Demo): Promise<void> {
  const { settings, server, report, signal } = demo;
  report.heading(`The token expires, and ${processes} processes with ${calls} callers each ask at once`);
  const old = await expireStoredToken(settings, signal);
  report.line('It was made to expire by setting expires_at in the file into the past, under the lock of the file.');
  if (!server) report.line("The requests at this server cannot be counted from here, so the flows' events are.");
  const callers = await callFromProcesses(settings, { processes, calls }, signal);

  const { accessToken } = readTokenFile(settings);
  const isNew = accessToken !== old.accessToken;
  const seen = callers.flatMap(({ tokens }) => tokens);
  const [error] = callers.flatMap(({ errors }) => errors);
  report.check({
    step: `${processes * calls} callers`,
    expected: `${processes * calls} times the new token${isNew ? ` ${fingerprint(accessToken)}` : ''}`,
    seen: error ?? `${seen.length} times the ${isNew ? 'new' : 'old'} token ${[...new Set(seen)].join(', ')}`,
  });
  await checkRenewals(demo, callers);
}
