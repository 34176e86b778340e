/** What is published. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

/** The folders below packages/. */
export const packages = ['core', 'storage-file', 'storage-redis'];

/** The manifest of a package as it stands in the sources. */
export function manifestOf(name) {
  return JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
}
