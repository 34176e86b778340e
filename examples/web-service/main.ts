import { settled } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { createService } from './web-server.js';

const { ISSUER: issuer, API: api, REDIS_URL: url } = process.env;
if (!issuer || !api || !url) {
  console.error('Set ISSUER, API and REDIS_URL, such as redis://user:password@127.0.0.1:6379.');
  process.exit(2);
}

const storage = new RedisTokenStorage({ url, prefix: 'web-service' });
const service = createService({ issuer, api, storage });
service.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  const address = service.address();
  console.log(`listening on ${typeof address === 'object' && address ? address.port : ''}`);
});

process.once('SIGTERM', () => {
  service.close();
  service.closeAllConnections();
  void settled({ signal: AbortSignal.timeout(10_000) }).finally(() => storage.close());
});
