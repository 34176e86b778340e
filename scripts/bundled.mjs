/**
 * Says of each package whose code is part of the published files which version that is, which is the newest, and what
 * `npm audit` knows of it. It asks the registry, so it is a command for before a release, and no test.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { packages } from './packages.mjs';
import { root, run, script, StepFailed } from './steps.mjs';

await script(async () => {
  const parts = packages.flatMap(partsOf);
  if (parts.length === 0) throw new StepFailed('Nothing is bundled yet: run scripts/bundle.mjs in each package first.');
  for (const { by, name, version } of parts) {
    const { code, output } = await npm('view', name, 'version');
    if (code !== 0) throw new StepFailed(output);
    const newest = output.trim();
    console.log(`${by}: ${name} ${version}${newest === version ? '' : `, the newest is ${newest}`}`);
  }
  console.log(await advisories(parts));
});

function partsOf(by) {
  const file = path.join(root, 'packages', by, 'bundle/third-party.txt');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return [...text.matchAll(/^Parts of (\S+) (\S+),/gm)].map(([, name, version]) => ({ by, name, version }));
}

async function advisories(parts) {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-bundled-'));
  try {
    const dependencies = Object.fromEntries(parts.map(({ name, version }) => [name, version]));
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await npm('install', '--package-lock-only', '--ignore-scripts', '--prefix', folder);
    return (await npm('audit', '--prefix', folder)).output.trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function npm(...args) {
  return run(['npm', ...args], { shell: process.platform === 'win32' });
}
