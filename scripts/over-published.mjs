/**
 * Runs a program over the files that are published, instead of the modules that they are made of, and ends as it ends:
 * `node scripts/over-published.mjs scripts/reliability/torture.mjs --hits 30`.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { usePublished } from './published-condition.mjs';
import { setUp } from './set-up.mjs';
import { script } from './steps.mjs';

await script(async () => {
  await setUp();
  await usePublished();
  process.exitCode = spawnSync(process.execPath, process.argv.slice(2), { stdio: 'inherit' }).status ?? 1;
});
