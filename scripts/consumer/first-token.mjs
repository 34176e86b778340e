/** A program that gets a token by its secret, from a server within itself. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ClientCredentialsFlow } from '@latchkey/core';

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ access_token: 'the token', token_type: 'Bearer', expires_in: 3600 }));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const tokenEndpoint = `http://127.0.0.1:${server.address().port}/token`;
const flow = new ClientCredentialsFlow({ server: { tokenEndpoint }, clientId: 'machine', clientSecret: 'a secret' });
console.log(await flow.getAccessTokenRefreshIfNecessary());
server.close();
server.closeAllConnections();
