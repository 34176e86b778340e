/**
 * Prints a valid token for another tool. `json` is what an AWS-like `credential_process` prints, `kubernetes` what an
 * exec plugin of kubectl does. The tool may run it as often as it likes: the token is in a file, and is renewed once.
 * `login` has to come first.
 */
import { AuthFlowError, DeviceCodeFlow } from '@latchkey/core';
import { readEnvironment } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';

const { issuer, clientId, tokens } = readEnvironment({ issuer: 'ISSUER', clientId: 'CLIENT_ID', tokens: 'TOKENS' });
const storage = new FileTokenStorage(tokens);
const flow = new DeviceCodeFlow({ issuer, clientId, scope: 'offline_access', storage, autoRefreshThreshold: 300 });

function print(token: string): string {
  const expires = flow.expiresAt?.toISOString();
  if (process.argv[2] !== 'kubernetes') return JSON.stringify({ Version: 1, Token: token, Expiration: expires });
  const apiVersion = 'client.authentication.k8s.io/v1';
  return JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token, expirationTimestamp: expires } });
}

try {
  if (process.argv[2] === 'login') await flow.doFlow();
  else console.log(print(await flow.getAccessTokenRefreshIfNecessary()));
} catch (error) {
  if (!(error instanceof AuthFlowError)) throw error;
  console.error(`${error.message} ${error.remedy}`); // holds no secret; stdout is the other tool's
  process.exitCode = 1;
}
