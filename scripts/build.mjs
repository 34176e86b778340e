/** `npm run build`: installs what is missing and builds every package to its dist/. */
import { setUp } from './set-up.mjs';
import { script } from './steps.mjs';

await script(setUp);
