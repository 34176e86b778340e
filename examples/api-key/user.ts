/** Calls the API as a user, who logs in with a browser the first time: `API=… ISSUER=… node dist/api-key/user.js` */
import { AuthFlowError, AuthorizationCodeFlow } from '@latchkey/core';
import { environmentVariable, loopbackRedirect } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { endWhenSettled } from '../end-when-settled.js';
import { Client } from './client.js';

const { API: api = 'https://api.example.org', ISSUER: issuer = 'https://login.example.org' } = process.env;
const flow = new AuthorizationCodeFlow({
  issuer,
  clientId: 'acme-cli',
  clientSecret: environmentVariable('ACME_CLIENT_SECRET'),
  scope: 'openid offline_access',
  redirect: loopbackRedirect(),
  storage: new FileTokenStorage({ folder: join(homedir(), '.acme') }),
  allowedOrigins: [new URL(api).origin],
});

endWhenSettled();
try {
  await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
  console.log(`called as ${await new Client(flow, api).whoAmI()}`);
} catch (error) {
  if (!(error instanceof AuthFlowError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
}
