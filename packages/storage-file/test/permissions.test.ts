import { describe, expect, test } from '@jest/globals';
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { outcomeOf, run, script } from './child.js';
import { makeFolder } from './folder.js';

const flagsOfNode = process.allowedNodeEnvironmentFlags;
const flag = flagsOfNode.has('--permission') ? '--permission' : '--experimental-permission';
const code = `--allow-fs-read=${resolve(import.meta.dirname, '../../..')}/*`;

/** Saves and renews in a process of Node with these rights. */
function permitted(file: string, ...rights: string[]): Promise<Record<string, unknown>> {
  const args = [flag, '--no-warnings', code, ...rights, script('permitted.mjs'), file];
  return outcomeOf(run(process.execPath, args));
}

describe('a program under node --permission', () => {
  test('keeps tokens with the rights to its folder, and writes through to the disk, since Node flushes nothing there', async () => {
    const folder = realpathSync(makeFolder());
    const rights = ['read', 'write'].map((right) => `--allow-fs-${right}=${folder}/*`);
    const outcome = await permitted(join(folder, 'tokens.json'), ...rights);
    expect(outcome).toEqual({ told: 't2', tokens: 2, ways: ['through to the disk'] });
  });

  test.each(['read', 'write'])('is told before anything is sent that the right to %s lacks', async (lacking) => {
    const folder = realpathSync(makeFolder());
    const given = lacking === 'read' ? 'write' : 'read';
    const { told, tokens } = await permitted(join(folder, 'tokens.json'), `--allow-fs-${given}=${folder}/*`);
    expect(told).toMatch(/^STORAGE_UNAVAILABLE: .*node --permission .*Give it --allow-fs-read and --allow-fs-write/);
    expect(tokens).toBe(0);
  });
});
