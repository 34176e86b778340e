import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../../..');

/** The block of a page, or of a source's comments, marked `ts`, that holds `text`. */
export function blockWith(text: string, page: string): string {
  const source = readFileSync(join(root, page), 'utf8');
  const prose = page.endsWith('.ts') ? source.replace(/^ *\* ?/gm, '') : source;
  const blocks = [...prose.matchAll(/^```ts\n(.*?)^```$/gms)];
  const block = blocks.map(([, code = '']) => code).find((code) => code.includes(text));
  if (block === undefined) throw new Error(`${page} has no block with "${text}".`);
  return block;
}

/** Runs a block as a module, against the build. */
export async function importBlock<T>(block: string): Promise<T> {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const core = pathToFileURL(join(root, 'packages/core/dist')).href;
  const { outputText } = ts.transpileModule(block, { compilerOptions: options });
  const code = outputText.replace(/@latchkey\/core(\/\w+)?'/g, (_, part?: string) => `${core}${part ?? ''}/index.js'`);
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as T;
}
