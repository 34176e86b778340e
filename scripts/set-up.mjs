/** What each script needs that uses the build: the dependencies, and dist/ of all packages as the sources are now. */
import { compile } from './compile.mjs';
import { install } from './install.mjs';

export async function setUp() {
  await install();
  await compile();
}
