/** `npm run docs`: writes the guides and the reference as a site to docs/api, and checks its links. */
import process from 'node:process';
import { install } from './install.mjs';
import { script, step, tool } from './steps.mjs';

await script(async () => {
  await install();
  await step('guides and reference in docs/api (typedoc)', tool('typedoc/bin/typedoc'));
  await step('links of the site', [process.execPath, 'scripts/check-site.mjs', 'docs/api']);
  console.log('Open docs/api/index.html.');
});
