/** Prints a valid access token for each line it reads; the tokens are in a file, and the key to it in the keychain. */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AuthFlowError, DeviceCodeFlow, encryption } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { endWhenSettled } from '../end-when-settled.js';
import { keychainKey } from './keychain-key.js';

const { ISSUER: issuer, FOLDER: folder, WHEN_MISSING: whenMissing = 'fail', TIMEOUT: timeout = '30' } = process.env;
if (!issuer || !folder || (whenMissing !== 'fail' && whenMissing !== 'file')) {
  console.error('Set ISSUER and FOLDER, and WHEN_MISSING to fail or file.');
  process.exit(2);
}

endWhenSettled();
try {
  const file = join(folder, 'key.json');
  const keys = await keychainKey({ service: 'my-cli', account: folder, file, whenMissing, timeout: Number(timeout) });
  const storage = new FileTokenStorage({ file: join(folder, 'tokens.json') }, { codec: encryption(keys) });
  const flow = new DeviceCodeFlow({ issuer, clientId: 'my-cli', scope: 'offline_access', storage });
  if (process.argv[2] === 'login') await flow.doFlow();
  console.log('ready');
  for await (const _ of createInterface(process.stdin)) {
    flow.getAccessTokenRefreshIfNecessary().then(console.log, refuse);
  }
} catch (error) {
  refuse(error);
  process.exitCode = 1;
}

function refuse(error: unknown): void {
  if (!(error instanceof AuthFlowError)) throw error;
  console.log(`refused: ${error.code}: ${error.message} ${error.remedy}`);
}
