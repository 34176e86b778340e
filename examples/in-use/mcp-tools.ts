/**
 * Calls the tool `whoami` of an MCP server for each line it reads. Any number of these can share the file `TOKENS`. With the
 * argument `provider` the client gets an OAuth provider, else a fetch.
 */
import { createInterface } from 'node:readline';
import { DeviceCodeFlow } from '@latchkey/core';
import { readEnvironment } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';
import { endWhenSettled } from '../end-when-settled.js';
import { connect, connectByProvider } from './mcp.js';

endWhenSettled();
const { issuer, clientId, tokens, server } = readEnvironment({
  issuer: 'ISSUER',
  clientId: 'CLIENT_ID',
  tokens: 'TOKENS',
  server: 'MCP_SERVER',
});
const flow = new DeviceCodeFlow({
  issuer,
  clientId,
  scope: 'offline_access',
  storage: new FileTokenStorage(tokens),
  allowedOrigins: [new URL(server).origin],
});
await flow.getAccessTokenRefreshIfNecessary({ interactive: true });

const client = await (process.argv[2] === 'provider' ? connectByProvider : connect)(flow, server);
console.log('ready');
for await (const _line of createInterface(process.stdin)) {
  const { content } = await client.callTool({ name: 'whoami', arguments: {} });
  console.log(JSON.stringify(content));
}
await client.close();
