import { expect, test } from '@jest/globals';
import { runTorture, type TortureOptions } from '@latchkey/core/testing';

test.each<[string, TortureOptions]>([
  ['lockTimeout', { storageModule: 'any.mjs', lockTimeout: NaN }],
  ['lockTimeout', { storageModule: 'any.mjs', lockTimeout: 0 }],
  ['profile.grace', { storageModule: 'any.mjs', profile: { grace: NaN } }],
  ['processes', { storageModule: 'any.mjs', processes: 1 }],
])('The torture kit begins with no %s that makes no sense', async (name, options) => {
  await expect(async () => runTorture(options)).rejects.toThrow(new RegExp(`^${name} must be`));
});

test('The torture kit says where it cannot freeze processes', async () => {
  const { platform } = process;
  Object.defineProperty(process, 'platform', { value: 'win32' });
  try {
    await expect(runTorture({ storageModule: 'any.mjs' })).rejects.toThrow(/SIGSTOP.*WSL/);
  } finally {
    Object.defineProperty(process, 'platform', { value: platform });
  }
});
