/** Runs a Node program to its end. */
import { spawn } from 'node:child_process';
import process from 'node:process';

/** Resolves to what it printed and when it ended; rejects when it fails, or takes longer than `timeout` seconds. */
export function runNode(args, { env = {}, node = process.execPath, timeout = 300 } = {}) {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(node, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout * 1000);
    let ended;
    child.once('exit', () => (ended = process.hrtime.bigint()));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code !== 0 && !late) reject(new Error(lastLines(errors) || `ended with ${code}`));
      else resolve({ output, ended, milliseconds: Number(ended - started) / 1e6, late });
    });
  });
}

function lastLines(text) {
  const said = text.split('\n').find((line) => /Error|error:/.test(line));
  return (said ?? text.trim().slice(-300)).trim();
}
