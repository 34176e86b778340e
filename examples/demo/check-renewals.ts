import type { CallerReport } from './caller-process.js';
import type { Demo } from './demo.js';
import { fingerprint } from '../identity-provider/fingerprint.js';
import { readTokenFile } from './token-file.js';

/** Checks that the callers' token was renewed once, and that nothing was lost on the way. */
export async function checkRenewals(
  { settings, server, report, signal }: Demo,
  callers: CallerReport[],
): Promise<void> {
  const { accessToken = '', refreshToken } = readTokenFile(settings);
  if (!server) {
    const renewals = callers.reduce((sum, caller) => sum + caller.renewals, 0);
    report.check({ step: "renewals, by the flows' events", expected: '1', seen: String(renewals) });
    return;
  }
  const { renewals, reuses, newestRefreshToken } = server.ledger;
  report.check({ step: 'renewals, seen by the server', expected: '1', seen: String(renewals) });
  report.check({ step: 'refresh tokens presented again', expected: '0', seen: String(reuses) });
  report.check({
    step: 'refresh token in the file',
    expected: `the newest, ${newestRefreshToken}`,
    seen: fingerprint(refreshToken) === newestRefreshToken ? `the newest, ${newestRefreshToken}` : 'another',
  });
  const userinfo = await fetch(`${settings.issuer}/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
    signal,
  });
  report.check({
    step: 'new token at the userinfo endpoint',
    expected: 'status 200',
    seen: `status ${userinfo.status}`,
  });
}
