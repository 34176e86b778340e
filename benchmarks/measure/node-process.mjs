/** Runs programs to their end. */
import { spawn } from 'node:child_process';
import process from 'node:process';

/** Resolves to what a Node program printed; rejects when it fails, or takes longer than `timeout` seconds. */
export async function runNode(args, { node = process.execPath, ...options } = {}) {
  const run = await runProgram([node, ...args], options);
  if (run.late) throw new Error('It did not end in time.');
  return run;
}

/**
 * The same, timed: `milliseconds` from its start to its end, `ended` (ms since 1970), and `cpu`, the milliseconds of
 * processor time of all its threads in user and in system mode, until nothing of it is left. Bash starts it and takes
 * them from outside, since Node does not tell the processor time of a child, and a process that tells its own leaves its
 * end out. What bash itself takes is in none. `late`: it did not end in time, and was ended.
 */
export async function timeNode(args, { node = process.execPath, timeout, ...options } = {}) {
  const run = await runProgram(['bash', '-c', stopwatch, 'bash', node, ...args], { ...options, timeout });
  if (run.late) return { ...run, milliseconds: timeout * 1000 };
  const [user, system, started, ended] = run.errors.trim().split(/\s+/).slice(-4).map(Number);
  return { ...run, milliseconds: (ended - started) / 1000, ended: ended / 1000, cpu: (user + system) * 1000 };
}

const stopwatch = `
LC_ALL=C
TIMEFORMAT='%3U %3S'
if [ -z "$EPOCHREALTIME" ]; then echo 'Error: the benchmark needs bash 5.' >&2; exit 1; fi
started=$EPOCHREALTIME
time "$@"
code=$?
ended=$EPOCHREALTIME
echo "\${started/./} \${ended/./}" >&2
exit $code`;

const running = new Set();
process.once('exit', () => running.forEach(end));

function runProgram([command, ...args], { env = {}, timeout = 300 }) {
  return new Promise((resolve, reject) => {
    // Each is a group, so that what bash has started is ended with it.
    const options = { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true };
    const child = spawn(command, args, options);
    running.add(child);
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end(child);
    }, timeout * 1000);
    child.once('exit', () => running.delete(child));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code !== 0 && !late) reject(new Error(lastLines(errors) || `ended with ${code}`));
      else resolve({ output, errors, late });
    });
  });
}

function end({ pid }) {
  process.kill(-pid, 'SIGKILL');
}

function lastLines(text) {
  const said = text.split('\n').find((line) => /Error|error:/.test(line));
  return (said ?? text.trim().slice(-300)).trim();
}
