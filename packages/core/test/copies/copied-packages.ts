import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as core from '@latchkey/core';

const packages = join(import.meta.dirname, '../../..');

/** What core exports. */
export type Core = typeof core;

/** A copy of the packages: that of this repository, or one made by {@link CopiedPackages}. */
export interface Copy {
  readonly core: Core;
  /** What the storage package beside it exports. */
  readonly own: unknown;
}

/** The form of a copy: compiled, bundled as it is published, or of a version whose shared parts have another form. */
export type CopyKind = 'dist' | 'bundle' | 'later';

/** Users have copies of what is published; a copy that is loaded module by module is left to `npm run test:full`. */
export const secondCopies: readonly ('dist' | 'bundle')[] =
  process.env['LATCHKEY_FULL'] === '1' ? ['bundle', 'dist'] : ['bundle'];

interface Manifest {
  exports: Record<string, unknown>;
  readonly publishConfig: { readonly exports: Record<string, unknown> };
}

/** Copies of the built packages in a folder of their own, which find each other there as installed packages do. */
export class CopiedPackages implements Disposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'latchkey-copies-')));

  constructor(kind: CopyKind, names: readonly string[] = []) {
    for (const name of ['core', ...names]) this.#copy(name, kind);
  }

  /** Loads the copy of a package. */
  import(name: string): Promise<unknown> {
    const folder = this.#folderOf(name);
    const { exports } = readManifest(folder);
    return import(join(folder, (exports['.'] as { default: string }).default));
  }

  async copy(storagePackage?: string): Promise<Copy> {
    const own = storagePackage === undefined ? undefined : await this.import(storagePackage);
    return { core: (await this.import('core')) as Core, own };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #copy(name: string, kind: CopyKind): void {
    const [from, to] = [join(packages, name), this.#folderOf(name)];
    mkdirSync(to, { recursive: true });
    cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true });
    linkDependencies(from, to);
    const manifest = readManifest(from);
    if (kind === 'bundle') {
      writeFileSync(join(to, 'package.json'), JSON.stringify(manifest));
      execFileSync(process.execPath, [join(packages, '../scripts/bundle.mjs')], { cwd: to, timeout: 120_000 });
      manifest.exports = manifest.publishConfig.exports;
      rmSync(join(to, 'dist'), { recursive: true });
    }
    writeFileSync(join(to, 'package.json'), JSON.stringify(manifest));
    if (kind === 'later' && name === 'core') writeNextFormat(join(to, 'dist/platform/process-registry.js'));
  }

  #folderOf(name: string): string {
    return join(this.folder, 'node_modules/@latchkey', name);
  }
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Those of other people: `@latchkey/core` is found beside the copy. */
function linkDependencies(from: string, to: string): void {
  mkdirSync(join(to, 'node_modules'));
  for (const name of readdirSync(join(from, 'node_modules'))) {
    if (name !== '@latchkey' && !name.startsWith('.'))
      symlinkSync(join(from, 'node_modules', name), join(to, 'node_modules', name));
  }
}

function writeNextFormat(file: string): void {
  const source = readFileSync(file, 'utf8');
  const next = source.replace('const format = 1;', 'const format = 2;');
  if (next === source) throw new Error('The format stands elsewhere.');
  writeFileSync(file, next);
}
