import { parseArgs } from 'node:util';
import { runTorture } from './run-torture.js';
import type { TortureOptions } from './torture-options.js';
import { isUnharmed } from './torture-result.js';
import { tortureTable } from './torture-table.js';

const usage = `Usage: main.js <storage-module> [options] [-- arguments of createStorage]

  --processes <n>              processes that share the tokens (4)
  --hits <n>                   hits for each point and signal (30)
  --seed <n>                   repeats a run
  --profile <strict | grace>   how the server rotates; grace=<seconds> for another grace than 60 (strict)
  --lock-timeout <seconds>     wait for the lock; for a lease, more than it lasts (1)
  --no-lock                    removes the guard, to see that the counts can be other than zero
`;

const legend = `Expected: LOCK_TIMEOUT of those who wait for a frozen process, and, under strict rotation, INVALID_REFRESH_TOKEN after an
"excused" loss: a process that dies between the server's rotation and its save takes the only new refresh token along.
`;

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  process.stderr.write(`seed ${options.seed}\n${legend}`);
  const result = await runTorture(options);
  // What the storage keeps open, such as a connection, is no reason to stay.
  process.stdout.write(tortureTable(result), () => process.exit(isUnharmed(result) ? 0 : 1));
}

function readOptions(args: readonly string[]): (TortureOptions & { readonly seed: number }) | undefined {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        processes: text,
        hits: text,
        seed: text,
        profile: text,
        'lock-timeout': text,
        'no-lock': { type: 'boolean' },
      },
    });
    const [storageModule, ...storageArguments] = positionals;
    const [profile = 'strict', grace = '60'] = values.profile?.split('=') ?? [];
    if (storageModule === undefined || !['strict', 'grace'].includes(profile)) return undefined;
    return {
      storageModule,
      storageArguments,
      seed: numberOf(values.seed) ?? Math.floor(Math.random() * 1_000_000),
      processes: numberOf(values.processes),
      hits: numberOf(values.hits),
      lockTimeout: numberOf(values['lock-timeout']),
      profile: profile === 'strict' ? 'strict' : { grace: Number(grace) },
      lock: values['no-lock'] ? false : undefined,
    };
  } catch {
    return undefined;
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
