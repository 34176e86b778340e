/** `npm run build`: installs what is missing and builds every package to its dist/. */
import { compile } from './compile.mjs';
import { install } from './install.mjs';
import { script } from './steps.mjs';

await script(async () => {
  await install();
  await compile();
});
