/**
 * Compiles scripts/consumer in the folder where the tarballs are installed, by each way in which TypeScript finds
 * packages, and checks our own declarations with it, which `skipLibCheck` would leave out. Those of others are not ours.
 */
import path from 'node:path';
import process from 'node:process';
import ts from 'typescript';
import { node10 } from './consumer-commonjs.mjs';

const strict = { strict: true, exactOptionalPropertyTypes: true, declaration: true, target: ts.ScriptTarget.ES2022 };
const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
const web = ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'];

const ways = [
  { name: 'nodenext', file: 'types.mts', module: ts.ModuleKind.NodeNext, lib: ['lib.es2022.d.ts'], types: ['node'] },
  { name: 'bundler, without Node', file: 'anywhere.mts', ...bundler, lib: web, types: [] },
];
// A CommonJS program of before, which knows no exports of packages.
ways.push({ name: 'node10', file: 'types-commonjs.cts', ...node10 }, { name: 'node10', file: 'log-in.cts', ...node10 });
if (process.env.LATCHKEY_FULL) ways.push({ name: 'bundler', file: 'types.mts', ...bundler, lib: web, types: ['node'] });

/** Returns what is wrong, a line for each error. */
export function typeErrors(folder) {
  return ways.flatMap(({ name, file, ...options }) => {
    const program = ts.createProgram([path.join(folder, file)], { ...strict, ...options });
    const ours = program
      .getSourceFiles()
      .filter(({ fileName }) => !fileName.includes('/node_modules/') || fileName.includes('/node_modules/@latchkey/'))
      .filter((source) => !program.isSourceFileDefaultLibrary(source));
    const found = [
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...ours.flatMap((source) => [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
        ...(source.isDeclarationFile ? [] : program.getDeclarationDiagnostics(source)),
      ]),
    ];
    return found.map(({ file: source, messageText }) => {
      const where = source === undefined ? '' : `${path.basename(source.fileName)}: `;
      return `types, ${name}: ${where}${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
}
