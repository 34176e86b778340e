/**
 * What every script here is made of: a program that is run with its output held back, and a step that says in one line
 * what it does and how long that took.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Ends a script whose reason has been printed. */
export class StepFailed extends Error {}

/** Builds the command line of a Node program that a dependency ships, such as `typescript/bin/tsc`. */
export function tool(script, ...args) {
  return [process.execPath, path.join(root, 'node_modules', script), ...args];
}

/**
 * Runs a command, in the repository's root and as this user unless told (`uid`, `gid`), and resolves to its exit code and
 * all that it printed.
 */
export function run([command, ...args], { cwd = root, env = {}, shell = false, ...user } = {}) {
  return new Promise((resolve, reject) => {
    const color = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...color, ...env },
      shell,
      ...user,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs one command after its name was printed, and completes that line with the duration. */
export async function step(name, command, options) {
  process.stdout.write(`${name} … `);
  const started = performance.now();
  const { code, output } = await run(command, options);
  console.log(seconds(started));
  if (code !== 0) throw new StepFailed(`\n${output.trimEnd()}\n\n${howToRepeat({ name, command })}`);
}

/**
 * Runs independent checks two at a time, each with a line when it is through, which ends with the last line that the
 * check printed if it `tells` something. All run; what those that failed printed stands at the end, and their names last.
 */
export async function parallel(checks) {
  const waiting = [...checks];
  const failed = [];
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { name, command, tells = false } = check;
      const started = performance.now();
      const { code, output } = await run(command);
      const told = tells ? `, ${output.trim().split('\n').at(-1)}` : '';
      console.log(`${name} … ${seconds(started)}${code === 0 ? told : ', FAILED'}`);
      if (code !== 0) failed.push({ name, command, output });
    }
  };
  await Promise.all([lane(), lane()]);
  if (failed.length === 0) return;
  for (const check of failed) console.error(`\n${check.name}:\n${check.output.trimEnd()}`);
  throw new StepFailed(`\n${failed.map(howToRepeat).join('\n')}`);
}

/** Runs a script's body; a failed step ends it with exit code 1 and no stack trace. */
export async function script(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    if (error.message !== '') console.error(error.message);
    process.exitCode = 1;
  }
}

function howToRepeat({ name, command }) {
  const readable = command.map((part) => (part === process.execPath ? 'node' : part.replace(root, '')));
  return `FAILED: ${name}. To run it alone: ${readable.join(' ')}`;
}

function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
