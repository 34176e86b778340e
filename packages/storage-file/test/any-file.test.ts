import { afterAll, beforeAll, describe, jest, test } from '@jest/globals';
import { AuthFlowError, TokenSet } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import fc from 'fast-check';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectKinds, fuzz, patience } from '../../core/test/fuzz/fuzz.js';
import { expectNoSecret, marks, shown } from '../../core/test/fuzz/marks.js';
import { storedTexts } from '../../core/test/fuzz/stored-texts.js';
import { makeFolder } from './folder.js';
import { overwriting } from './some.js';

const key = 'credential';
let emitted: jest.SpiedFunction<typeof process.emitWarning>;

beforeAll(() => {
  emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterAll(() => emitted.mockRestore());

async function outcomeOf(content: string): Promise<string> {
  const folder = makeFolder();
  const storage = new FileTokenStorage(join(folder, 'tokens.json'));
  writeFileSync(storage.id, content, { mode: 0o600 });
  const before = readFileSync(storage.id, 'utf8');
  const outcome = await load(storage);
  for (const [warning] of emitted.mock.calls.splice(0)) expectNoSecret(String(warning));
  if (readFileSync(storage.id, 'utf8') !== before) throw new Error('A reader has changed it.');
  await storage.save(key, TokenSet.from({ access_token: marks.newAccess }), overwriting);
  for (const [warning] of emitted.mock.calls.splice(0)) expectNoSecret(String(warning));
  const isAside = readdirSync(folder).some((name) => name.includes('.corrupt-'));
  if (isAside !== (outcome === 'absent')) throw new Error(`${outcome}, and the file is moved aside: ${isAside}`);
  if ((await storage.load(key))?.accessToken !== marks.newAccess) throw new Error('A login cannot replace it.');
  return outcome;
}

async function load(storage: FileTokenStorage): Promise<string> {
  try {
    const tokens = await storage.load(key);
    return tokens ? 'tokens' : 'absent';
  } catch (error) {
    if (!(error instanceof AuthFlowError)) throw error;
    expectNoSecret(shown(error));
    return error.code;
  }
}

describe('a token file with any content', () => {
  test(
    'is tokens, or a record of somebody else, or counts as none and is moved aside whole by a login',
    async () => {
      // A torn file is looked at twice, 50 ms apart, by the real clock: files are judged in lots, and only some.
      const lots = fc.array(storedTexts, { minLength: 60, maxLength: 60 });
      const all: Record<string, number> = {};
      await fuzz(
        'token files, in lots of 60',
        lots,
        async (contents) => {
          for (const outcome of await Promise.all(contents.map(outcomeOf))) all[outcome] = (all[outcome] ?? 0) + 1;
          return 'a lot';
        },
        { share: 1 / 5000, least: 5 },
      );
      expectKinds(all, ['tokens', 'absent', 'CREDENTIAL_MISMATCH']);
    },
    patience,
  );
});
