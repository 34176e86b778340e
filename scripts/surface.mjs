/**
 * Keeps the public surface as text under review: docs/surface has one page for each entry point, with all that can be
 * imported from it, protected members included. `--write` renews the pages (`npm run api`); without it, a page that
 * differs from what the build declares is an error.
 */
import path from 'node:path';
import process from 'node:process';
import ts from 'typescript';
import { manifestOf, packages } from './packages.mjs';
import { reviewed } from './reviewed.mjs';
import { root } from './steps.mjs';

const entries = packages.flatMap((folder) => {
  const { name, exports } = manifestOf(folder);
  const typed = Object.entries(exports).filter(([, target]) => target.types !== undefined);
  return typed.map(([subpath, { types }]) => ({
    name: path.posix.join(name, subpath),
    page: path.posix.join(folder, subpath).replaceAll('/', '-'),
    file: path.join(root, 'packages', folder, types),
  }));
});

// Names are enough, so nothing but the packages' own declarations is read.
const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [], noLib: true };
const host = ts.createCompilerHost(options);
host.resolveModuleNameLiterals = (literals, file) =>
  literals.map(({ text }) =>
    text.startsWith('.')
      ? ts.resolveModuleName(text, file, options, host, undefined, undefined, ts.ModuleKind.ESNext)
      : { resolvedModule: undefined },
  );
const program = ts.createProgram(
  entries.map(({ file }) => file),
  options,
  host,
);
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const pages = entries.map(({ name, page, file }) => {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const exported = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1));
  const text = `# \`${name}\`\n\n\`\`\`ts\n${exported.map(describe).join('\n\n')}\n\`\`\`\n`;
  return { path: `docs/surface/${page}.md`, text };
});
process.exitCode = reviewed(pages, 'The public surface', process.argv.includes('--write')) ? 0 : 1;

/** Prints all declarations of one export, as its .d.ts has them. */
function describe(symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const texts = target.getDeclarations().map((declaration) => {
    const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const { transformed } = ts.transform(whole, [withoutPrivates]);
    return printer.printNode(ts.EmitHint.Unspecified, transformed[0], declaration.getSourceFile());
  });
  const renamed = symbol.name === target.name ? [] : [`export { ${target.name} as ${symbol.name} };`];
  return [...texts, ...renamed].join('\n');
}

function withoutPrivates(context) {
  return (node) => {
    if (!ts.isClassDeclaration(node)) return node;
    const visible = node.members.filter(
      (member) =>
        ts.isConstructorDeclaration(member) ||
        !((member.name && ts.isPrivateIdentifier(member.name)) || hasModifier(member, ts.SyntaxKind.PrivateKeyword)),
    );
    const { modifiers, name, typeParameters, heritageClauses } = node;
    return context.factory.updateClassDeclaration(node, modifiers, name, typeParameters, heritageClauses, visible);
  };
}

function hasModifier(member, kind) {
  return ts.canHaveModifiers(member) && (ts.getModifiers(member) ?? []).some((modifier) => modifier.kind === kind);
}
