import { parseArgs } from 'node:util';

/** What the command line says. */
export interface Arguments {
  readonly command: string | undefined;
  /** What follows the command. */
  readonly operands: readonly string[];
  readonly profile: string | undefined;
  readonly noAutoRefresh: boolean;
  /** Seconds. */
  readonly autoRefreshThreshold: number | undefined;
  readonly ids: readonly string[];
  readonly emails: readonly string[];
}

/** Reads the command line. @throws TypeError for what it does not know */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      profile: { type: 'string', short: 'p' },
      'no-auto-refresh': { type: 'boolean', default: false },
      'auto-refresh-threshold': { type: 'string', short: 'a' },
      id: { type: 'string', multiple: true, default: [] },
      email: { type: 'string', multiple: true, default: [] },
    },
  });
  const [command, ...operands] = positionals;
  return {
    ...{ command, operands, profile: values.profile, ids: values.id, emails: values.email },
    noAutoRefresh: values['no-auto-refresh'],
    autoRefreshThreshold: readSeconds(values['auto-refresh-threshold']),
  };
}

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new TypeError('--auto-refresh-threshold must be a number of seconds.');
}
