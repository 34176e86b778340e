/** Logs in unless it is, and says how long the token is valid: `node dist/own-hooks/main.js ISSUER CLIENT_ID FILE`. */
import { endWhenSettled } from '../end-when-settled.js';
import { FileLogin } from './file-login.js';

const [issuer, clientId = '', file = 'tokens.json'] = process.argv.slice(2);
const login = new FileLogin(file, { issuer, clientId, scope: 'openid offline_access' });

endWhenSettled();
await login.getAccessTokenRefreshIfNecessary({ interactive: true });
console.log(`The access token is valid for ${login.ttl} s.`);
