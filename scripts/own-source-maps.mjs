import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';

/** Maps the first word of a file, and that to nothing: esbuild heeds no source map that is empty. */
const almostEmpty = Buffer.from('{"version":3,"sources":["none"],"sourcesContent":[""],"mappings":"AAAA"}');

/**
 * An esbuild plugin that leaves the packages of others out of our source maps. Their code is read and stepped through as
 * it stands in the bundle; the maps would be a fifth of what is installed. What a hash, which each program loads, notes for those who
 * change it stays in its package.
 */
export const ownSourceMaps = {
  name: 'own-source-maps',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, ({ path: file }) => ({
      contents: `${withoutNotes(file)}\n//# sourceMappingURL=data:application/json;base64,${almostEmpty.toString('base64')}`,
    }));
  },
};

function withoutNotes(file) {
  const code = readFileSync(file, 'utf8');
  return file.includes('/@noble/') ? code.replace(/^[ \t]*\/\/ .*$/gm, '') : code;
}
