/**
 * A credential helper of git for one origin, after a login by `credential-process.ts`:
 * `git config credential.helper '!node …/git-credential.js https://git.example.org'`.
 */
import { text } from 'node:stream/consumers';
import { AuthFlowError, DeviceCodeFlow } from '@latchkey/core';
import { readEnvironment } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';

const { issuer, clientId, tokens } = readEnvironment({ issuer: 'ISSUER', clientId: 'CLIENT_ID', tokens: 'TOKENS' });
const storage = new FileTokenStorage(tokens);
const flow = new DeviceCodeFlow({ issuer, clientId, scope: 'offline_access', storage });

const [origin, operation] = process.argv.slice(2);
const lines = (await text(process.stdin)).split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2));
const { protocol, host, password } = Object.fromEntries(lines) as Record<string, string | undefined>;

try {
  if (`${protocol ?? ''}://${host ?? ''}` !== origin) {
    // Another helper's.
  } else if (operation === 'get') {
    const token = await flow.getAccessTokenRefreshIfNecessary();
    console.log(`username=oauth2\npassword=${token}`);
    if (flow.expiresAt) console.log(`password_expiry_utc=${Math.floor(flow.expiresAt.getTime() / 1000)}`);
  } else if (operation === 'erase' && password) {
    await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: password }); // the server did not take it
  }
} catch (error) {
  if (!(error instanceof AuthFlowError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
}
