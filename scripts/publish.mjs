/**
 * Publishes the packages whose version the registry does not have yet; CONTRIBUTING.md says what comes before. Further
 * arguments are those of `pnpm publish`, such as `--dry-run`.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { manifestOf, packages } from './packages.mjs';
import { pnpmCommand, pnpmOptions } from './pnpm.mjs';
import { setUp } from './set-up.mjs';
import { root, script, step, StepFailed } from './steps.mjs';

await script(async () => {
  const wrong = packages.flatMap(obstacles);
  if (changesets().length > 0) {
    wrong.push(`.changeset holds ${changesets().length} changes without a version: npm run changeset -- version`);
  }
  if (wrong.length > 0) throw new StepFailed(`Nothing is published:\n${wrong.join('\n')}`);
  await setUp();
  // A tag is checked out without a branch, which the checks of pnpm do not know.
  const publish = ['--recursive', '--filter', './packages/*', 'publish', '--no-git-checks', ...process.argv.slice(2)];
  await step('publish', pnpmCommand(...publish), pnpmOptions);
});

function obstacles(name) {
  const { version, repository, homepage, bugs } = manifestOf(name);
  const tag = process.env.GITHUB_REF_TYPE === 'tag' ? process.env.GITHUB_REF_NAME : `v${version}`;
  const missing = Object.entries({ repository, homepage, bugs }).filter(([, value]) => value === undefined);
  return [
    ...missing.map(([field]) => `packages/${name}/package.json has no ${field}.`),
    ...(tag === `v${version}` ? [] : [`packages/${name} is version ${version}, and the tag is ${tag}.`]),
    ...(existsSync(path.join(root, 'packages', name, 'CHANGELOG.md')) ? [] : [`packages/${name} has no CHANGELOG.md.`]),
  ];
}

function changesets() {
  return readdirSync(path.join(root, '.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md');
}
