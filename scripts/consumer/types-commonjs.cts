/** Compiled as CommonJS with `moduleResolution: node10`, which finds packages by `types` and `typesVersions`. */
import { ClientCredentialsFlowSimple } from '@latchkey/core';
import { readEnvironment } from '@latchkey/core/node';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const storage = new FileTokenStorage('/tmp/tokens.json');
export const flow = new ClientCredentialsFlowSimple({
  issuer: 'https://login.example',
  clientId: 'app',
  clientSecret: 's',
  storage,
});
// @ts-expect-error: it is a promise of a string, not any
export const token: number = flow.getAccessTokenRefreshIfNecessary();
export { FakeAuthorizationServer, readEnvironment, RedisTokenStorage };
