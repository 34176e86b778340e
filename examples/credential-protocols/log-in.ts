/**
 * The login that all programs here need first. `node log-in.js renew` asks for a new token at once: for when a server took
 * no more what it had said to be valid, and the protocol has no word for that.
 */
import { explain, login, refuseArguments } from './login.js';

const [task, ...others] = process.argv.slice(2);
if ((task !== undefined && task !== 'renew') || others.length > 0) refuseArguments('[renew]');

try {
  if (task === 'renew') await login(0).refresh();
  else await login(0).doFlow();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
