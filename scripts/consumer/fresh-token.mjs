/**
 * A program that finds a fresh token in its file, asks nobody, and says which parts of Node it got and how many timers it
 * set beside that. Given a token it saves one: `fresh-token.mjs file token`.
 */
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import process from 'node:process';

const [, , file, token] = process.argv;
const flow = new DeviceCodeFlowSimple({
  issuer: 'https://login.example',
  clientId: 'my-cli',
  storage: new FileTokenStorage(file),
  promptUser: () => {},
});
if (token !== undefined) await flow.importTokens({ access_token: token, expires_in: 3600 });
let timers = 0;
const { setTimeout } = globalThis;
globalThis.setTimeout = (...timer) => {
  timers++;
  return setTimeout(...timer);
};
console.log(await flow.getAccessTokenRefreshIfNecessary());
const heavy = ['child_process', 'crypto', 'http', 'os'];
console.log(`needless: ${heavy.filter((name) => process.moduleLoadList.includes(`NativeModule ${name}`)).join()}`);
console.log(`timers: ${timers}`);
