import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * Copies the declarations of what a package exports, and those that they refer to, from `dist` to a folder: most modules
 * are for nobody else, and so is much of what is in the others.
 *
 * @param targets - the copies of those with which an entry point begins
 */
export function copyDeclarations(targets, folder) {
  const entries = targets.map((target) => path.resolve('dist', path.relative(folder, target)));
  const program = ts.createProgram(entries, { module: ts.ModuleKind.NodeNext, noLib: true, types: [] });
  const needed = neededBy(entries, program);
  const files = new Set(entries);
  for (const file of files) {
    const { statements } = program.getSourceFile(file);
    const kept = statements.flatMap((statement) => partOf(statement, needed) ?? []);
    const copy = path.join(folder, path.relative('dist', file));
    mkdirSync(path.dirname(copy), { recursive: true });
    writeFileSync(copy, `${withoutGroups(kept.join('').trim())}\n`);
    for (const [, from] of kept.join('').matchAll(/(?: from '|import\(")(\..*?)\.js/g)) {
      files.add(path.resolve(path.dirname(file), `${from}.d.ts`));
    }
  }
}

/** What the exports of modules are made of: statements, and what these import, directly or not. */
function neededBy(entries, program) {
  const checker = program.getTypeChecker();
  const needed = new Set();
  const need = (symbol) => {
    for (const declaration of symbol?.declarations ?? []) {
      const part = partOfModule(declaration);
      if (!part || needed.has(part)) continue;
      needed.add(part);
      if (ts.isImportSpecifier(part)) need(checker.getAliasedSymbol(symbol));
      else needAllIn(part);
    }
  };
  const needAllIn = (node) => {
    if (ts.isIdentifier(node)) need(checker.getSymbolAtLocation(node));
    ts.forEachChild(node, needAllIn);
  };
  for (const file of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file));
    for (const symbol of checker.getExportsOfModule(module)) {
      need(symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
    }
  }
  return needed;
}

/** The import or the statement of a module that holds a node. */
function partOfModule(node) {
  for (let part = node; part; part = part.parent) {
    if (ts.isImportSpecifier(part) || (part.parent && ts.isSourceFile(part.parent))) return part;
  }
  return undefined;
}

/** The text of a statement, of an import only what is needed, or nothing. */
function partOf(statement, needed) {
  if (ts.isExportDeclaration(statement) || needed.has(statement)) return statement.getFullText();
  const { namedBindings } = statement.importClause ?? {};
  if (!namedBindings?.elements) return undefined;
  const names = namedBindings.elements.filter((element) => needed.has(element));
  if (names.length === 0) return undefined;
  return statement
    .getFullText()
    .replace(namedBindings.getText(), `{ ${names.map((name) => name.getText()).join(', ')} }`);
}

/** Leaves out what arranges the site; editors would show it with the documentation. */
function withoutGroups(text) {
  return text.replace(/(?:\n *\*)?(?:\n *\* @group .*)+/g, '').replace(/ @group .*?(?= \*\/)/g, '');
}
