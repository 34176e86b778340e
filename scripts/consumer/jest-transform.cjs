/** Turns ES modules into CommonJS for jest on a Node before 24.9: the transform that docs/bundling.md shows. */
const { transformSync } = require('esbuild');

exports.process = (source) =>
  transformSync(source, { format: 'cjs', supported: { 'dynamic-import': false }, logLevel: 'error' });
