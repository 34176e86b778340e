import { cpSync, readFileSync } from 'node:fs';
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
    cpSync(file, path.join(folder, path.relative('dist', file)));
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
    const own = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
    for (const { fileName } of own) files.add(path.join(path.dirname(file), fileName.replace(/\.js$/, '.d.ts')));
  }
}
