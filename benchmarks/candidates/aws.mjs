/**
 * @aws-sdk/token-providers (README, "SSO Token Provider" and "Token Provider Chain"). It finds the profile and the file
 * of the token in the home folder, as the AWS command line writes them; another server by `clientConfig.endpoint`.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fromSso, nodeProvider } from '@aws-sdk/token-providers';

const session = 'benchmark';

/** README, "SSO Token Provider": reads its files at each call. */
export function onFile({ origin }, file) {
  process.env.HOME = homeOf(file);
  const provider = fromSso({ profile: session, clientConfig: { endpoint: origin } });
  return async () => (await provider()).token;
}

/** README, "Token Provider Chain": remembers the token. */
export function onFileRemembered({ origin }, file) {
  process.env.HOME = homeOf(file);
  const provider = nodeProvider({ profile: session, clientConfig: { endpoint: origin } });
  return async () => (await provider()).token;
}

/** What `aws configure sso` and `aws sso login` would have written. */
export function seedFile({ origin, accessToken, clientId, clientSecret, refreshToken, lifetime }, file, { ended }) {
  const home = homeOf(file);
  mkdirSync(path.join(home, '.aws/sso/cache'), { recursive: true });
  const place = `sso_session = ${session}\nsso_account_id = 1\nsso_role_name = r`;
  const found = `sso_start_url = ${origin}\nsso_region = us-east-1`;
  writeFileSync(
    path.join(home, '.aws/config'),
    `[profile ${session}]\n${place}\n\n[sso-session ${session}]\n${found}\n`,
  );
  const expiresAt = new Date(ended ? 1000 : Date.now() + lifetime * 1000).toISOString();
  const token = { startUrl: origin, region: 'us-east-1', accessToken, expiresAt, clientId, clientSecret, refreshToken };
  const name = `${createHash('sha1').update(session).digest('hex')}.json`;
  writeFileSync(path.join(home, '.aws/sso/cache', name), JSON.stringify(token), { mode: 0o600 });
}

function homeOf(file) {
  return `${file}.home`;
}
