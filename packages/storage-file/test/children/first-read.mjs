/** Tells what one first read of an account's file asks the system for, and makes, once another account has been read. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [folder, listens] = process.argv.slice(2);
const calls = {};
let dates = 0;
let isCounting = false;
for (const [name, original] of Object.entries(fs)) {
  if (typeof original !== 'function' || !name.endsWith('Sync')) continue;
  fs[name] = (...args) => {
    if (isCounting) calls[name] = (calls[name] ?? 0) + 1;
    return original(...args);
  };
}
syncBuiltinESMExports();
const { DeviceCodeFlowSimple, TokenSet } = await import('@latchkey/core');
const { FileTokenStorage } = await import('@latchkey/storage-file');

const server = {
  tokenEndpoint: 'https://as.example.org/token',
  deviceAuthorizationEndpoint: 'https://as.example.org/d',
};
const storage = new FileTokenStorage({ folder }, { perKey: true });
const flow = new DeviceCodeFlowSimple({ server, clientId: 'c', storage });
const lock = { signal: new AbortController().signal };
const record = { access_token: 'at', refresh_token: 'rt', issued_at: 1_700_000_000, expires_at: 4_000_000_000 };
for (const account of ['first', 'second']) {
  const { key } = flow.withAccount(account);
  await storage.save(key, TokenSet.from(record), { reason: 'login', expected: undefined, lock });
}
if (listens) flow.events.on('loaded', () => undefined);
await flow.withAccount('first').getAccessTokenRefreshIfNecessary();

isCounting = true;
globalThis.Date = class extends Date {
  constructor(...args) {
    super(...args);
    dates++;
  }
};
const token = await flow.withAccount('second').getAccessTokenRefreshIfNecessary();
console.log(JSON.stringify({ token, calls, dates }));
