/** `npm run changeset`: asks what a change means to users and writes it down; `npm run changeset -- version` releases. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { install } from './install.mjs';
import { root, script, tool } from './steps.mjs';

await script(async () => {
  await install();
  const [node, ...command] = tool('@changesets/cli/bin.js', ...process.argv.slice(2));
  const child = spawn(node, command, { cwd: root, stdio: 'inherit' });
  process.exitCode = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
});
