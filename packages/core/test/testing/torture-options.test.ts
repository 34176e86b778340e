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
