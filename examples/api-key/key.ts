/** Calls the API with a key: `API=https://api.example.org ACME_API_KEY=sk_… node dist/api-key/key.js` */
import { ApiKeyFlow, AuthFlowError } from '@latchkey/core';
import { environmentVariable } from '@latchkey/core/node';
import { Client } from './client.js';

const api = process.env['API'] ?? 'https://api.example.org';
const flow = new ApiKeyFlow({
  apiKey: environmentVariable('ACME_API_KEY'),
  headerName: 'x-api-key',
  allowedOrigins: [new URL(api).origin],
});

try {
  console.log(`called as ${await new Client(flow, api).whoAmI()}`);
} catch (error) {
  if (!(error instanceof AuthFlowError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
}
