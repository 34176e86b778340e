/**
 * A whole process that gets one token: `cold.mjs <end> <address> <function> <realm> <place>`; without an address, one that
 * imports nothing and does nothing. `end` is `exit`, or `wait` until nothing keeps the process alive. Tells the token,
 * when it was there (ms since 1970), and the most memory that was resident (kB).
 *
 * It imports nothing itself, not even a built-in module, so that all that a candidate needs is its own.
 */
const [end, address, make, realm, place] = process.argv.slice(2);
const exports = address ? await import(address) : {};
const token = make ? await (await exports[make](JSON.parse(realm), place))() : '';
const then = performance.timeOrigin + performance.now();
const { readFileSync, writeSync } = process.getBuiltinModule('fs');
process.once('exit', () => writeSync(1, JSON.stringify({ token, then, resident: peak() })));
if (end === 'exit') process.exit();

/** Of this program alone: `process.resourceUsage` would count the program that started it too. */
function peak() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
