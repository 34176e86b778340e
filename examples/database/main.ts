/** Prints a valid access token for each line it reads. Any number of these can share one database. */
import { createInterface } from 'node:readline';
import { AuthFlowError, DeviceCodeFlow } from '@latchkey/core';
import { endWhenSettled } from '../end-when-settled.js';
import { DatabaseTokenStorage, schema } from './database-token-storage.js';
import { open } from './open.js';

const { ISSUER: issuer, DATABASE: place, LEASE: lease = '10' } = process.env;
if (!issuer || !place) {
  console.error('Set ISSUER and DATABASE: the path of a SQLite file, or a URL that begins with postgres://.');
  process.exit(2);
}

endWhenSettled();
const database = await open(place);
const storage = new DatabaseTokenStorage(database, { lease: Number(lease) });
const flow = new DeviceCodeFlow({ issuer, clientId: 'my-cli', scope: 'offline_access', storage });
if (process.argv[2] === 'login') {
  await database.query(schema, []);
  await flow.doFlow();
}

console.log('ready');
createInterface(process.stdin).on('line', () => {
  flow.getAccessTokenRefreshIfNecessary().then(
    (token) => console.log(token),
    (error: unknown) => console.log(`refused: ${explain(error)}`),
  );
});

function explain(error: unknown): string {
  return error instanceof AuthFlowError ? `${error.message} ${error.remedy}` : String(error); // they hold no secret
}
