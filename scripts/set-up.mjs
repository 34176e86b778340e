/** What scripts need before their own work. */
import { compile } from './compile.mjs';
import { install } from './install.mjs';
import { bundlePackages } from './published-condition.mjs';

/** The dependencies, and dist/ of all packages as the sources are now. */
export async function setUp() {
  await install();
  await compile();
}

/** And the files that are published, which the programs of tests use. */
export async function setUpTests() {
  await setUp();
  await bundlePackages();
}
