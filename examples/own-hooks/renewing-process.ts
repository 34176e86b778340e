/**
 * One of several processes of the application that share a login. Started with issuer, file and lock ('process' or
 * nothing for the lock of the example); asks for a token when told to, and tells which one it got.
 */
import { FileLogin } from './file-login.js';

const [issuer, file = '', lock] = process.argv.slice(2);
const login = new FileLogin(file, { issuer, clientId: 'app', ...(lock === 'process' && { lock }) });

process.once('message', () => void renew());
process.send?.('ready');

async function renew(): Promise<void> {
  const answer = await login.getAccessTokenRefreshIfNecessary().catch((error: unknown) => `refused: ${String(error)}`);
  process.send?.(answer);
}
