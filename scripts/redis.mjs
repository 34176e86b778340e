/** A Redis of one's own, for scripts. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import process from 'node:process';

/**
 * Starts an empty `redis-server`, or what `LATCHKEY_REDIS` names, on a free port of 127.0.0.1; the tests of
 * storage-redis say how to get one. `server.kill()` ends it.
 */
export async function startRedis() {
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', ''];
  const command = process.env['LATCHKEY_REDIS'] || 'redis-server';
  const server = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  await new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const remedy = 'Install Redis 7 (as root on Debian, "npm test" does), or name its server in LATCHKEY_REDIS.';
      reject(new Error(`${command} does not start (${cause.code}). ${remedy}`, { cause }));
    });
    server.stdout.on('data', (text) => {
      said += text;
      if (said.includes('Ready to accept')) resolve();
    });
  });
  const version = /version=(\d+(?:\.\d+)*)/i.exec(said)?.[1] ?? 'unknown';
  return { server, version, port, url: `redis://127.0.0.1:${port}` };
}
