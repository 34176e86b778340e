/**
 * A job without a person: it starts from the refresh token in a variable, and goes on with what the server gave for it,
 * which stays in `TOKENS` from one run to the next.
 */
import { RefreshTokenFlow } from '@latchkey/core';
import { environmentVariable, readEnvironment } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';
import { endWhenSettled } from '../end-when-settled.js';

const { issuer, clientId, tokens } = readEnvironment({ issuer: 'ISSUER', clientId: 'CLIENT_ID', tokens: 'TOKENS' });

const flow = new RefreshTokenFlow({
  issuer,
  clientId,
  refreshToken: environmentVariable('REFRESH_TOKEN'),
  storage: new FileTokenStorage(tokens),
});

endWhenSettled(); // a job that is cancelled leaves a good token too
await flow.getAccessTokenRefreshIfNecessary();
console.log(`The token is good for ${Math.round(flow.ttl)} s.`);
