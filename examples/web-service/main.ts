import { settled } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { createService } from './web-server.js';

const { ISSUER: issuer, API: api, SERVICE_URL: url, REDIS_URL: redis } = process.env;
if (!issuer || !api || !url || !redis) {
  console.error('Set ISSUER, API, SERVICE_URL and REDIS_URL, such as redis://user:password@127.0.0.1:6379.');
  process.exit(2);
}

const storage = new RedisTokenStorage({ url: redis, prefix: 'web-service' });
const service = createService({ issuer, api, url, storage });
service.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  const address = service.address();
  console.log(`listening on ${typeof address === 'object' && address ? address.port : ''}`);
});

const stop = (): void => {
  service.close();
  service.closeAllConnections();
  const ended = settled({ signal: AbortSignal.timeout(10_000) }).catch(() => undefined); // what takes longer ends by itself
  void ended.then(() => storage.close());
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop); // Ctrl+C, and PM2
