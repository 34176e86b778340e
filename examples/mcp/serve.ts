/** A server to try the client at, until Ctrl+C: `node examples/dist/mcp/serve.js`. */
import { ProtectedServer } from './protected-server.js';

const { url } = await ProtectedServer.start();
console.log(`In another terminal: node examples/dist/mcp/main.js ${url} whoami`);
