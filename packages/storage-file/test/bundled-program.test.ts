import { describe, expect, test } from '@jest/globals';
import { build, type Format } from 'esbuild';
import { copyFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, script } from './child.js';
import { makeFolder } from './folder.js';

/** Bundles a program into one file, far from where its packages are installed. */
async function bundle(format: Format): Promise<string> {
  const outfile = join(makeFolder(), format === 'cjs' ? 'program.cjs' : 'program.mjs');
  await build({
    entryPoints: [script('tell.mjs')],
    outfile,
    format,
    bundle: true,
    platform: 'node',
    // Of modules that are imported both ways, and of which nothing is used but a name, esbuild 0.28 leaves out that they are
    // run. What is published is one module, of which that is not so.
    ignoreAnnotations: true,
    logLevel: 'silent', // it says that import.meta is empty in CommonJS, which is what is tried
  });
  return outfile;
}

async function tell(program: string, locking: string): Promise<{ outcome: string; file: string }> {
  const file = join(makeFolder(), 'tokens.json');
  const child = run(process.execPath, [program, file, locking]);
  await child.exited;
  return { outcome: child.lines.join(), file };
}

describe('A program that is bundled into one file', () => {
  test.each([
    ['cjs', /bundled into one file \(ERR_INVALID_ARG_TYPE\)/],
    ['esm', /not beside the file that this program is bundled into \(ADDON_NOT_FOUND\)/],
  ] as const)('has a lock file, and says why it can have no other (%s)', async (format, reason) => {
    const program = await bundle(format);
    const { outcome, file } = await tell(program, 'auto');
    expect(outcome).toBe('entered');
    expect(readFileSync(`${file}.lock`, 'utf8')).toContain('lockfile');
    const asked = await tell(program, 'kernel');
    expect(asked.outcome).toMatch(/^LOCK_UNAVAILABLE/);
    expect(asked.outcome).toMatch(reason);
  });

  test('has the lock of the kernel where the addon is copied beside it', async () => {
    const program = await bundle('esm');
    const addon = `fs-native-extensions-${process.platform}-${process.arch}.node`;
    copyFileSync(join(import.meta.dirname, '../dist/lock', addon), join(dirname(program), addon));
    const { outcome, file } = await tell(program, 'auto');
    expect(outcome).toBe('entered');
    expect(readFileSync(`${file}.lock`, 'utf8')).toContain('kernel');
  });
});
