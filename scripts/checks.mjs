/**
 * What is checked of the sources, the documents and the packages, beside the tests, once they are built. The longest
 * stands first, so that both lanes end at about the same time.
 */
import process from 'node:process';
import { tool } from './steps.mjs';

export const checks = {
  lint: { name: 'lint (eslint)', command: tool('eslint/bin/eslint.js', '.') },
  packages: { name: 'packed packages', command: [process.execPath, 'scripts/check-packages.mjs'], tells: true },
  docs: { name: 'guides and reference (typedoc)', command: [process.execPath, 'scripts/check-site.mjs'], tells: true },
  types: { name: 'types of the tests (tsc)', command: tool('typescript/bin/tsc', '-p', 'tsconfig.test.json') },
  surface: { name: 'public surface', command: [process.execPath, 'scripts/surface.mjs'] },
  pictures: { name: 'pictures of the documentation', command: [process.execPath, 'scripts/pictures.mjs'] },
  samples: { name: 'examples in the documentation', command: [process.execPath, 'scripts/check-examples.mjs'] },
  imports: {
    name: 'import rules (dependency-cruiser)',
    command: tool('dependency-cruiser/bin/dependency-cruise.mjs', 'packages', 'examples'),
  },
  unused: { name: 'what nothing uses (knip)', command: tool('knip/bin/knip.js') },
  format: { name: 'format (prettier)', command: tool('prettier/bin/prettier.cjs', '--check', '.') },
};
