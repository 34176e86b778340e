/**
 * Wants tokens while no file descriptor is left, so that the parts of the package that are loaded when first needed cannot
 * be: that must be told as what it is, and be over as soon as there are descriptors again.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ClientCredentialsFlow } from '@latchkey/core';

const isOther = 'Bun' in globalThis || 'Deno' in globalThis || process.platform === 'win32';
if (!isOther && process.argv[2] !== 'limited') {
  const again = [process.execPath, fileURLToPath(import.meta.url), 'limited'];
  const { status } = spawnSync('sh', ['-c', 'ulimit -n 256; exec "$@"', 'sh', ...again], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
if (isOther) process.exit();

const server = createServer(({ url }, response) => {
  response.setHeader('content-type', 'application/json');
  const answer = url === '/token' ? { access_token: 'at', token_type: 'Bearer', expires_in: 3600 } : metadata;
  response.end(JSON.stringify(answer));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
const tokenEndpoint = `${issuer}/token`;
const metadata = { issuer, token_endpoint: tokenEndpoint };
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const clientKey = privateKey.export({ type: 'pkcs8', format: 'pem' });
const flows = [
  { server: { tokenEndpoint }, clientSecret: 'a secret' },
  { server: { tokenEndpoint }, clientKey },
  { issuer, clientSecret: 'a secret' },
].map((options) => new ClientCredentialsFlow({ clientId: 'machine', ...options }));

const taken = [];
assert.throws(
  () => {
    for (;;) taken.push(openSync('/dev/null'));
  },
  { code: 'EMFILE' },
);
const told = [];
for (const flow of [...flows, ...flows]) {
  told.push(await flow.getAccessTokenRefreshIfNecessary().catch((error) => error));
}
for (const each of taken) closeSync(each);
for (const error of told) {
  assert.equal(error.code, 'IMPORT_FAILED', error);
  assert.equal(error.name, 'TokenEndpointUnavailableError');
  assert.deepEqual([error.retryable, error.mayHaveArrived], [true, false]);
  assert.match(error.remedy, /ulimit -n/);
}
for (const flow of flows) assert.equal(await flow.getAccessTokenRefreshIfNecessary(), 'at');
server.close();
