/**
 * Lets the files of one build be loaded with each other alone. A deployment may replace a package while a program runs that
 * has loaded a part of it: then what it loads later asks for a name that the old file does not have, and the import fails
 * before anything of two versions runs together.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Has `index.js` in a folder export a name of this build, and each file that imports it ask for that name. */
export function stampBuild(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const files = names.sort().map((name) => path.join(folder, name));
  const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  const asking = files.filter((file) => texts.get(file).includes(' from "./index.js";'));
  if (asking.length === 0) return;
  const stamp = `$${createHash('sha256')
    .update([...texts.values()].join())
    .digest('hex')
    .slice(0, 8)}`;
  const add = (file, line) => writeFileSync(file, withLastLine(texts.get(file), line));
  add(path.join(folder, 'index.js'), `export let ${stamp};`);
  for (const file of asking) add(file, `import { ${stamp} } from "./index.js";`);
}

/** Adds a line where no other moves, so that the source map still fits. */
function withLastLine(code, line) {
  const [, body, map = ''] = /^(.*?)(\/\/# sourceMappingURL=.*\n)?$/s.exec(code);
  return `${body}${line}\n${map}`;
}
