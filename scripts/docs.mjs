/** `npm run docs`: builds, then writes the reference to docs/api. */
import { compile } from './compile.mjs';
import { install } from './install.mjs';
import { script, step, tool } from './steps.mjs';

await script(async () => {
  await install();
  await compile();
  await step('reference in docs/api (typedoc)', tool('typedoc/bin/typedoc'));
});
