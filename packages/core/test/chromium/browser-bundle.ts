import { build, type Metafile } from 'esbuild';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program for the browser, with all that it imports. */
export interface BrowserBundle {
  readonly code: string;
  /** Each module in it, and what it imports. */
  readonly inputs: Metafile['inputs'];
  readonly warnings: readonly string[];
}

/** What stands in for modules. */
export interface BundleOptions {
  /** Other modules for imports of these names. */
  readonly alias?: Record<string, string>;
  /** Texts for the modules of these paths. */
  readonly modules?: Readonly<Record<string, string>>;
}

/** Bundles a module as an application for the browser does; fails when something cannot be resolved there. */
export async function bundleForBrowser(
  source: string,
  { alias = {}, modules = {} }: BundleOptions = {},
): Promise<BrowserBundle> {
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents: source, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: 'ts' },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
    alias,
    plugins: [
      { name: 'modules', setup: ({ onLoad }) => onLoad({ filter: /.*/ }, ({ path }) => standIn(modules[path])) },
    ],
  });
  return {
    code: outputFiles[0]?.text ?? '',
    inputs: metafile.inputs,
    warnings: warnings.map(({ text }) => text),
  };
}

function standIn(contents: string | undefined): { readonly contents: string } | undefined {
  return contents === undefined ? undefined : { contents };
}
