/**
 * Lets programs use the files that are published instead of the modules that they are made of: the packages' `exports` know
 * both, and `--conditions=published` chooses, for child processes too.
 */
import process from 'node:process';
import { packages } from './packages.mjs';
import { root, step } from './steps.mjs';

export const publishedFiles = '--conditions=published';

/** Makes the published files of all packages as the build is now. */
export async function bundlePackages() {
  for (const name of packages) {
    const bundle = [process.execPath, `${root}/scripts/bundle.mjs`];
    await step(`bundle of ${name}`, bundle, { cwd: `${root}/packages/${name}` });
  }
}

/** Has every process that is started from now on use them. */
export async function usePublished() {
  await bundlePackages();
  process.env.LATCHKEY_CONDITION = 'published';
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} ${publishedFiles}`;
}
