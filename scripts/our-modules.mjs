import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * An esbuild plugin that reads our modules as they are published: their documentation is left to the declarations, and
 * built-in modules are asked for as {@link withoutImports} says. Lines stay, so that the source maps still fit.
 */
export const ourModules = {
  name: 'our-modules',
  setup({ onLoad }) {
    const ours = path.resolve('dist') + path.sep;
    onLoad({ filter: /\.js$/ }, ({ path: file }) =>
      file.startsWith(ours) ? { contents: withoutImports(withoutDocs(readFileSync(file, 'utf8'))) } : undefined,
    );
  },
};

function withoutDocs(code) {
  return code.replace(/^[ \t]*\/\*\*[^]*?\*\/$/gm, (docs) => docs.replace(/.+/g, ''));
}

/**
 * Lets a module ask the process for a built-in module, instead of importing it: an import makes a module of all that
 * `node:fs` exports, its streams included, which costs a program some milliseconds as it starts. What is imported as a
 * default is the module itself.
 */
function withoutImports(code) {
  return code.replace(/^import (.*) from '(node:[\w/]+)';$/gm, (_, names, module) => {
    if (module === 'node:process' && names === 'process') return ''; // it is a global
    return `const ${names.replaceAll(' as ', ': ')} = process.getBuiltinModule('${module}');`;
  });
}
