/** A program that finds a fresh token in Redis, of which a server within itself says what is asked for here. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { DeviceCodeFlow } from '@latchkey/core';
import { RedisTokenStorage } from '@latchkey/storage-redis';

const server = createServer((socket) => {
  socket.on('data', (commands) => {
    for (const [, name] of String(commands).matchAll(/^\*\d+\r\n\$\d+\r\n(\w+)/gm)) {
      socket.write(/^get$/i.test(name) ? `$${Buffer.byteLength(record)}\r\n${record}\r\n` : '+OK\r\n');
    }
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const storage = new RedisTokenStorage({ url: `redis://127.0.0.1:${server.address().port}` });
const flow = new DeviceCodeFlow({ issuer: 'https://login.example', clientId: 'cli', storage });
const latchkey = { version: 1, key: flow.key, kind: 'login', generation: 1 };
const now = Math.floor(Date.now() / 1000);
const times = { issued_at: now, expires_at: now + 3600 };
const value = { access_token: 'the token', token_type: 'bearer', ...times, latchkey };
const record = JSON.stringify({ value, generation: 1 });
console.log(await flow.getAccessTokenRefreshIfNecessary());
await storage.close();
server.close();
