import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * An esbuild plugin that lets our modules ask the process for a built-in module, instead of importing it: an import makes
 * a module of all that `node:fs` exports, its streams included, which costs a program some milliseconds as it starts.
 */
export const builtinModules = {
  name: 'builtin-modules',
  setup({ onLoad }) {
    const ours = path.resolve('dist') + path.sep;
    onLoad({ filter: /\.js$/ }, ({ path: file }) =>
      file.startsWith(ours) ? { contents: withoutImports(file) } : undefined,
    );
  },
};

/** Each import stays one line, so that the source map still fits. What is imported as a default is the module itself. */
function withoutImports(file) {
  return readFileSync(file, 'utf8').replace(/^import (.*) from '(node:[\w/]+)';$/gm, (_, names, module) => {
    if (module === 'node:process' && names === 'process') return ''; // it is a global
    return `const ${names.replaceAll(' as ', ': ')} = process.getBuiltinModule('${module}');`;
  });
}
