/** A program that finds a fresh token in its file, and asks nobody. Without a token it saves one: `fresh-token.mjs file token`. */
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';

const [, , file, token] = process.argv;
const flow = new DeviceCodeFlowSimple({
  issuer: 'https://login.example',
  clientId: 'my-cli',
  storage: new FileTokenStorage(file),
  promptUser: () => {},
});
if (token !== undefined) await flow.importTokens({ access_token: token, expires_in: 3600 });
console.log(await flow.getAccessTokenRefreshIfNecessary());
