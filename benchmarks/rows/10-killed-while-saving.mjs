import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { generator } from '../measure/generator.mjs';
import { table } from '../report/table.mjs';
import { exactly } from '../report/verdict.mjs';

const saver = fileURLToPath(new URL('../measure/saver.mjs', import.meta.url));
const kinds = [
  { name: 'Latchkey, file', kind: 'latchkey', usual: 1000 },
  { name: 'temporary file, fsync, rename', kind: 'atomic', usual: 200 },
  { name: 'fs.promises.writeFile in place (aws, badgateway)', kind: 'in-place', usual: 200 },
];
const lanes = 2;

/** Row 10: SIGKILLs while saving. */
export default {
  number: 10,
  title: 'Killed while saving',
  work: 'A process saves in a loop and gets a SIGKILL up to 20 ms after its first save. Intact: the file holds one whole record, the last that was reported as saved or a later one.',
  note: 'The machine stays up, so that this shows a process that dies, not a power cut. The saver runs in a loop: the share is that of kills while it is writing.',
  measure,
};

async function measure({ count, folder }) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = generator(seed);
  const rows = [];
  for (const { name, kind, usual } of kinds) {
    let left = count(usual, 4);
    const kills = left;
    const ends = { intact: 0, empty: 0, torn: 0, behind: 0 };
    const lane = async () => {
      const file = path.join(folder(), 'tokens.json');
      while (left-- > 0) ends[await killOne(kind, file, random() * 20)]++;
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    rows.push([name, kills, ends.intact, ends.empty, ends.torn, ends.behind]);
  }
  const [, kills, intact] = rows[0];
  return {
    tables: [table(['saver', 'kills', 'intact', 'empty', 'torn', 'older than reported'], rows), `Seed ${seed}.`],
    goals: [exactly(`Latchkey, files intact after ${kills} kills`, intact, kills)],
  };
}

async function killOne(kind, file, delay) {
  writeFileSync(file, JSON.stringify(firstRecord), { mode: 0o600 });
  const child = spawn(process.execPath, [saver, kind, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('The saver ended.'))),
  ]);
  await new Promise((resolve) => setTimeout(resolve, delay));
  child.kill('SIGKILL');
  await once(child, 'close');
  const reported = Number(
    said
      .trimEnd()
      .split('\n')
      .slice(0, said.endsWith('\n') ? undefined : -1)
      .at(-1),
  );
  return judge(readFileSync(file, 'utf8'), reported);
}

function judge(text, reported) {
  if (text.trim() === '') return 'empty';
  try {
    return JSON.parse(text).latchkey.generation >= reported ? 'intact' : 'behind';
  } catch {
    return 'torn';
  }
}

const firstRecord = { access_token: 'a', latchkey: { version: 1, key: 'a key', generation: 1 } };
