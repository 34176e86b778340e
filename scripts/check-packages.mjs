/**
 * Checks what would be published: packs the packages, reads the tarballs, installs them in an empty folder, and uses
 * them there. `--write` renews the reviewed list of files instead (`npm run api`).
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { budget } from './budget.mjs';
import { buildErrors } from './consumer-builds.mjs';
import { commonJsErrors } from './consumer-commonjs.mjs';
import { typeErrors } from './consumer-types.mjs';
import { packages } from './packages.mjs';
import { fileLists, tarballErrors } from './published-files.mjs';
import { reviewed } from './reviewed.mjs';
import { root, run, script, StepFailed } from './steps.mjs';
import { packAndInstall } from './tarballs.mjs';

await script(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-packages-'));
  try {
    const tarballs = await packAndInstall(folder);
    if (process.argv.includes('--write')) reviewed(fileLists(tarballs), 'What is published', true);
    else await check(tarballs, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function check(tarballs, folder) {
  if (!reviewed(fileLists(tarballs), 'What is published', false)) throw new StepFailed('');
  cpSync(path.join(root, 'scripts/consumer'), folder, { recursive: true });
  const programs = ['smoke.mjs', 'smoke.cjs', 'no-descriptors.mjs', 'replaced.mjs'].map(async (name) => {
    const { code, output } = await run([process.execPath, path.join(folder, name)]);
    return code === 0 ? [] : [`${name}: ${output}`];
  });
  const errors = [
    ...(await Promise.all(packages.map((name) => tarballErrors(name, tarballs[name])))),
    typeErrors(folder),
    await buildErrors(folder),
    await commonJsErrors(folder),
    ...(await Promise.all(programs)),
  ].flat();
  const figures = await budget(tarballs, folder);
  const over = figures.filter(({ figure, limit }) => !(figure <= limit));
  errors.push(...over.map(({ name, figure, limit }) => `${figure} ${name}, of at most ${limit}`));
  if (errors.length > 0) throw new StepFailed(errors.join('\n'));
  console.log(figures.map(({ name, figure, limit }) => `${figure} ${name} (at most ${limit})`).join('; '));
}
