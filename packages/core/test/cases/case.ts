import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a row asks of the flow. */
export const actions = ['token', 'login', 'logout', 'user info', 'introspection'] as const;

/** The flows that a row may name. */
export const flows = [
  ...(['client credentials', 'refresh token', 'device code', 'authorization code', 'password'] as const),
  ...(['jwt bearer', 'token exchange'] as const),
];

/** What the server answers; one of `json`, `form` and `text`, else nothing. */
export interface CaseAnswer {
  /** The path that is asked for. */
  readonly to: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** What the server must be asked. `*` as a value stands for any text. */
export interface CaseRequest {
  readonly to: string;
  /** All fields of the form, or of the query of a GET; a list for a field that comes several times. */
  readonly form?: Readonly<Record<string, string | readonly string[]>>;
  /** All fields of a JSON body. */
  readonly json?: unknown;
  /** Header fields that must be there; null for one that must not. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** One row: what is asked, what is answered, what comes of it. */
export interface Case {
  readonly name: string;
  /** Where the server's behaviour is written down, in words: an RFC's section, a page and its heading, an issue. */
  readonly source: string;
  readonly flow: (typeof flows)[number];
  readonly action: (typeof actions)[number];
  /** Options of the flow; `$server` stands for the server's origin. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The record that is stored before, in OAuth's names. It is 2026-01-01T00:00:00Z. */
  readonly stored?: Readonly<Record<string, unknown>>;
  /** What comes back in the redirect of a login in a browser; `*` as the state stands for the right one. */
  readonly callback?: Readonly<Record<string, string>>;
  /** The answers in the order in which they are asked for, each path by itself; the last of a path is given for ever. */
  readonly answers: readonly CaseAnswer[];
  /** All requests, in their order. */
  readonly requests: readonly CaseRequest[];
  /** All parameters of the authorization URL. */
  readonly url?: Readonly<Record<string, string>>;
  /** What the flow holds afterwards; null for what it must not have. */
  readonly tokens?: Readonly<Record<string, unknown>>;
  /** The error: its class by name, and further properties. */
  readonly error?: Readonly<Record<string, unknown>> & { readonly class: string };
  /** What the action returns, where that is no token. */
  readonly result?: unknown;
  /** What is stored afterwards, in OAuth's names; null for what must not be, or for nothing at all. */
  readonly record?: Readonly<Record<string, unknown>> | null;
  /** Which of `watched` the flow tells; none unless said. */
  readonly events: readonly string[];
  /** Seconds that pass meanwhile. */
  readonly seconds?: number;
}

/** Events that say that something is out of order. */
export const watched = ['answerInvalid', 'loginRequired', 'outcomeUnknown'] as const;

const known = new Set(
  'name source flow action options stored callback answers requests url tokens error result record events seconds answer'.split(
    ' ',
  ),
);
const tables = join(import.meta.dirname, 'tables');

interface Table {
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The tables by subject, with their rows. */
export function readTables(): (readonly [subject: string, rows: readonly Case[]])[] {
  const files = readdirSync(tables).filter((name) => name.endsWith('.json'));
  return files.map((file) => {
    const { defaults = {}, rows } = JSON.parse(readFileSync(join(tables, file), 'utf8')) as Table;
    return [file.replace('.json', ''), rows.map((row) => readCase(defaults, row))];
  });
}

/** Fills a row with what its table says for all. `answer` is the one of the token endpoint; `options` add. */
function readCase(defaults: Readonly<Record<string, unknown>>, row: Readonly<Record<string, unknown>>): Case {
  const unknown = Object.keys(row).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new Error(`The row "${String(row['name'])}" has a field that nobody reads: ${unknown}.`);
  const { answer, ...own } = row;
  const answers = own['answers'] ?? [
    ...((defaults['answers'] as CaseAnswer[] | undefined) ?? []),
    { to: '/token', ...(answer as object) },
  ];
  const options = { ...(defaults['options'] as object | undefined), ...(own['options'] as object | undefined) };
  const failing = own['error'] === undefined ? {} : { tokens: undefined };
  return { action: 'token', events: [], ...defaults, ...failing, ...own, answers, options } as unknown as Case;
}
