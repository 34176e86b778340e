import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * Copies the declarations of what a package exports, and those that they refer to, from `dist` to a folder: most modules
 * are for nobody else.
 *
 * @param targets - the copies of those with which an entry point begins
 */
export function copyDeclarations(targets, folder) {
  const files = new Set(targets.map((target) => path.join('dist', path.relative(folder, target))));
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const copy = path.join(folder, path.relative('dist', file));
    mkdirSync(path.dirname(copy), { recursive: true });
    writeFileSync(copy, withoutGroups(text));
    const { importedFiles } = ts.preProcessFile(text);
    const own = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
    for (const { fileName } of own) files.add(path.join(path.dirname(file), fileName.replace(/\.js$/, '.d.ts')));
  }
}

/** Leaves out what arranges the site; editors would show it with the documentation. */
function withoutGroups(text) {
  return text.replace(/(?:\n *\*)?(?:\n *\* @group .*)+/g, '').replace(/ @group .*?(?= \*\/)/g, '');
}
