/**
 * A whole process that gets one token: `cold.mjs <end> <module> <function> <realm> <place>`; without a module, one that
 * does nothing. `end` is `exit`, or `wait` until nothing keeps the process alive. Tells the token, when it was there
 * (ns, the clock of all processes), and the most memory that was resident (kB).
 */
import { readFileSync, writeSync } from 'node:fs';

const [end, module, make, realm, place] = process.argv.slice(2);
let token = '';
if (module) token = await (await (await import(module))[make](JSON.parse(realm), place))();
const then = process.hrtime.bigint();
process.once('exit', () => writeSync(1, JSON.stringify({ token, then: String(then), resident: peak() })));
if (end === 'exit') process.exit();

/** Of this program alone: `process.resourceUsage` would count the program that started it too. */
function peak() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
