import { callFromProcesses } from './call-from-processes.js';
import type { Demo } from './demo.js';
import { fingerprint } from '../identity-provider/fingerprint.js';
import { readTokenFile } from './token-file.js';

/** Lets another process ask for the token, which it finds in the file. */
export async function askFromSecondProcess({ settings, server, report, signal }: Demo): Promise<void> {
  report.heading('A second process asks for a token');
  const before = server?.ledger.requests ?? 0;
  const [caller] = await callFromProcesses(settings, { processes: 1, calls: 1 }, signal);
  const requests = server ? server.ledger.requests - before : caller?.requests;
  report.check({
    step: 'second process',
    expected: `token ${fingerprint(readTokenFile(settings).accessToken)}`,
    seen: caller?.errors[0] ?? `token ${caller?.tokens[0] ?? 'none'}`,
  });
  report.check({
    step: server ? 'its requests, seen by the server' : 'its requests, seen by itself',
    expected: '0',
    seen: String(requests),
  });
}
