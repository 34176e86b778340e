/** The web service for users: `CREDENTIALS_FILE=client_secrets_user.json DATA=./data PORT=5000 node dist/isogeo/user.js` */
import { AuthorizationCodeFlow, settled } from '@latchkey/core';
import { readCredentialsFile } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';
import { join } from 'node:path';
import { apiOf, isogeoCredentials } from './isogeo-credentials.js';
import { PendingLogins } from './pending-logins.js';
import { createUserServer } from './user-server.js';

const { CREDENTIALS_FILE = 'client_secrets.json', DATA = 'data', PORT } = process.env;
const api = apiOf(await isogeoCredentials(CREDENTIALS_FILE));

const flow = new AuthorizationCodeFlow({
  ...(await readCredentialsFile(CREDENTIALS_FILE)),
  dialect: { basicEncoding: 'raw' },
  storage: new FileTokenStorage({ folder: join(DATA, 'tokens') }, { perKey: true }),
  allowedOrigins: [new URL(api).origin],
});
const service = createUserServer({ flow, logins: new PendingLogins(join(DATA, 'logins')), api });

service.listen(Number(PORT ?? 5000), '127.0.0.1', () => {
  const address = service.address();
  console.log(`listening on ${typeof address === 'object' && address ? address.port : ''}`);
});

const stop = (): void => {
  service.close();
  const ended = settled({ signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  // A login that is under way is answered first, as it ends: nothing else names its session.
  void ended.then(() => setImmediate(() => process.exit()));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop); // Ctrl+C, and PM2
