/** Calls a tool of an MCP server: `node main.js https://mcp.example.org/mcp whoami '{}'`. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FileTokenStorage } from '@latchkey/storage-file';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { logIn } from './log-in.js';

const [server = '', tool = '', input = '{}'] = process.argv.slice(2);
const folder = process.env['TOKENS'] ?? join(homedir(), '.config/latchkey-mcp');
const flow = await logIn(server, new FileTokenStorage({ folder }, { perKey: true }));

const client = new Client({ name: 'latchkey-mcp', version: '1.0.0' });
const fetch = flow.asFetch({ interactive: true }); // asks again where a tool wants further scopes
await client.connect(new StreamableHTTPClientTransport(new URL(server), { fetch }));
const { content } = await client.callTool({ name: tool, arguments: JSON.parse(input) as Record<string, unknown> });
console.log(JSON.stringify(content));
await client.close();
