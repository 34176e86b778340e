/**
 * `npm run demo`: sets up, builds and runs the demo with the arguments given. Ctrl-C reaches the demo exactly once, and
 * this script waits until it has cleaned up.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { setUp } from './set-up.mjs';
import { root, script } from './steps.mjs';

await script(async () => {
  await setUp();
  const { code, signal } = await demo(process.argv.slice(2));
  if (signal !== null) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
});

function demo(args) {
  // A terminal sends Ctrl-C to the whole foreground group, this script and npm included, and npm sends its own copy on.
  // So with a terminal the demo stays in the group and SIGINT is not forwarded. Without one, it gets a group of its own,
  // and the first of several copies is forwarded.
  const terminal = process.stdin.isTTY === true;
  const main = path.join(root, 'examples', 'dist', 'demo', 'main.js');
  const child = spawn(process.execPath, [main, ...args], { stdio: 'inherit', detached: !terminal });
  let forwardedAt = -Infinity;
  const forward = (signal) => {
    if (terminal && signal === 'SIGINT') return;
    if (performance.now() - forwardedAt < 1000) return;
    forwardedAt = performance.now();
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM'];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve({ code, signal });
    });
  });
}
