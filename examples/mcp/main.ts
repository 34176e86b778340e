/** Calls a tool of an MCP server: `node main.js https://mcp.example.org/mcp whoami '{}'`. */
import { join } from 'node:path';
import { AuthFlowError } from '@latchkey/core';
import { appFolder } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { endWhenSettled } from '../end-when-settled.js';
import { fetchFor } from './log-in.js';

const [server = '', tool = '', input = '{}'] = process.argv.slice(2);
if (!/^https?:\/\/./.test(server) || tool === '') {
  console.error(`Usage: node main.js https://mcp.example.org/mcp TOOL ['{"argument": "as JSON"}']`);
  process.exit(2);
}

/** Within a request somebody may have to log in, or be waited for who logs in elsewhere; the SDK gives it 60 s. */
const patience = { timeout: 600_000 };

endWhenSettled();
try {
  const args = JSON.parse(input) as Record<string, unknown>;
  const folder = process.env['TOKENS'] || join(appFolder('latchkey-mcp'), 'logins');
  const fetch = await fetchFor(server, new FileTokenStorage({ folder }, { perKey: true }));
  const client = new Client({ name: 'latchkey-mcp', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server), { fetch }), patience);
  try {
    const { content, isError } = await client.callTool({ name: tool, arguments: args }, patience);
    console.log(JSON.stringify(content));
    if (isError) process.exitCode = 1; // the tool ran, and failed
  } finally {
    await client.close(); // the stream that it may have open would keep this program
  }
} catch (error) {
  console.error(error instanceof AuthFlowError ? `${error.message} ${error.remedy}` : String(error)); // they hold no secret
  process.exitCode = 1;
}
