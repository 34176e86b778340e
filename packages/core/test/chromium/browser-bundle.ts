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

/** Bundles a module as an application for the browser does; fails when something cannot be resolved there. */
export async function bundleForBrowser(source: string): Promise<BrowserBundle> {
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents: source, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: 'ts' },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return {
    code: outputFiles[0]?.text ?? '',
    inputs: metafile.inputs,
    warnings: warnings.map(({ text }) => text),
  };
}
