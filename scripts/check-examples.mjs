/**
 * Compiles every block marked ```ts in README.md, CONTRIBUTING.md, docs/, the examples and the doc comments of the
 * packages. Each block is a module of its own that must compile as a user would write it, against the built packages; nothing is
 * written to disk. Declare what a block does not explain: `declare const db: Map<string, string>;`. Code is at
 * most 76 columns wide, as the site's column is.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import ts from 'typescript';
import { root } from './steps.mjs';

const strict = ts.getParsedCommandLineOfConfigFile(
  path.join(root, 'tsconfig.base.json'),
  { noEmit: true, composite: false, declaration: false, noUnusedLocals: false },
  { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
).options;
const options = { ...strict, noUnusedParameters: false, moduleDetection: ts.ModuleDetectionKind.Force };
delete options.tsBuildInfoFile;

const blocks = new Map(sources().flatMap(blocksIn));
const host = ts.createCompilerHost(options);
const { fileExists, readFile } = host;
host.fileExists = (file) => blocks.has(file) || fileExists(file);
host.readFile = (file) => blocks.get(file)?.code ?? readFile(file);

const wide = sources().flatMap(wideLinesIn);
for (const line of wide) console.error(line);

const program = ts.createProgram([...blocks.keys()], options, host);
const diagnostics = ts.getPreEmitDiagnostics(program);
for (const diagnostic of diagnostics) console.error(describe(diagnostic));
console.log(`${blocks.size} blocks, ${diagnostics.length + wide.length} errors`);
process.exitCode = diagnostics.length + wide.length === 0 ? 0 : 1;

function sources() {
  const excluded = ['**/node_modules', '**/dist', '**/api', '**/surface'];
  const found = (folder, extensions, include, depth) =>
    ts.sys.readDirectory(path.join(root, folder), extensions, excluded, include, depth);
  return [
    ...found('.', ['.md'], ['*.md'], 1),
    ...found('docs', ['.md'], ['**/*.md']),
    ...found('packages', ['.md'], ['*/*.md']),
    ...found('examples', ['.md'], ['*/*.md']),
    ...found('packages', ['.ts'], ['*/src/**/*.ts']),
  ];
}

/**
 * Finds the blocks of a file, each named as if it stood in examples/, whose dependencies are what a user installs; those
 * of an example's README stand beside it.
 */
function blocksIn(file) {
  const examples = path.join(root, 'examples');
  const folder = path.dirname(path.resolve(file)).startsWith(examples + path.sep) ? path.dirname(file) : examples;
  const lines = readFileSync(file, 'utf8').split('\n');
  const margin = file.endsWith('.ts') ? /^\s*\* ?/ : /^/;
  const found = [];
  let open;
  lines.forEach((line, index) => {
    const text = file.endsWith('.ts') && !margin.test(line) ? '' : line.replace(margin, '');
    if (open === undefined) {
      const fence = /^(\s*)(```+)(?:ts|typescript)\b/.exec(text);
      if (fence !== null) open = { indent: fence[1].length, fence: fence[2], file, line: index + 2, code: '' };
    } else if (text.trim() === open.fence) {
      found.push([path.join(folder, `block-${path.basename(file)}-${open.line}.ts`), open]);
      open = undefined;
    } else {
      open.code += `${text.slice(open.indent)}\n`;
    }
  });
  return found;
}

function wideLinesIn(file) {
  const text = readFileSync(file, 'utf8').replace(file.endsWith('.ts') ? /^\s*\* ?/gm : '', '');
  return [...text.matchAll(/^```(?:ts|js|json|python)\n(.*?)^```$/gms)].flatMap(([, code]) =>
    code.split('\n').flatMap((line) => {
      return line.length > 76
        ? [`${path.relative(root, file)}: ${line.length} columns, at most 76: ${line.trim()}`]
        : [];
    }),
  );
}

function describe({ file, start, messageText }) {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  const block = file && blocks.get(file.fileName);
  if (block === undefined) return message;
  const line = block.line + file.getLineAndCharacterOfPosition(start).line;
  return `${path.relative(root, block.file)}:${line} ${message}`;
}
