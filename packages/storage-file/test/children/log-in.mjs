// Logs in over a file where that is needed, and says when it asks the person.
import { DeviceCodeFlow } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';

const { path, issuer, options } = JSON.parse(process.argv[2]);
const flow = new DeviceCodeFlow({
  issuer,
  clientId: 'cli',
  storage: new FileTokenStorage(path, options),
  promptUser: ({ userCode }) => console.log(`asks ${userCode}`),
});
console.log('begins');
console.log(`token ${await flow.getAccessTokenRefreshIfNecessary({ interactive: true })}`);
