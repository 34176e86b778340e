import { AuthFlowError } from '@latchkey/core';
import type { Case, CaseRequest } from './case.js';
import type { CaseServer } from './case-server.js';
import type { Outcome } from './run-case.js';

/** What came of a row, cut to what the row speaks of, and what the row says, both to be compared. */
export interface Judged {
  readonly got: unknown;
  readonly expected: Readonly<Record<string, unknown>> & { readonly requests: readonly unknown[] };
}

/** Prepares the comparison. Fields that a row leaves out are not looked at; requests and events always are. */
export function judge(row: Case, outcome: Outcome, server: CaseServer): Judged {
  const { tokens, error, result, record, url, seconds, requests, events } = server.filled(row);
  const expected = {
    requests: requests.map(({ to, form = {}, json, headers = {} }) => ({ to, form, json, headers })),
    events,
    error,
    ...(tokens && { tokens }),
    ...(result !== undefined && { result }),
    ...(record !== undefined && { record }),
    ...(url && { url }),
    ...(seconds !== undefined && { seconds }),
  };
  const got = {
    requests: outcome.requests.map((request, index) => asTheRow(request, requests[index])),
    events: outcome.events,
    error: outcome.error === undefined ? undefined : describe(outcome.error, error ?? { class: '' }),
    ...(tokens && {
      tokens: outcome.error === undefined ? picked(heldBy(outcome, Object.keys(tokens)), tokens) : undefined,
    }),
    ...(result !== undefined && { result: outcome.result }),
    ...(record !== undefined && { record: record && outcome.record && picked(outcome.record, record) }),
    ...(url && { url: outcome.url && masked(outcome.url, url) }),
    ...(seconds !== undefined && { seconds: outcome.seconds }),
  };
  if (record === null) got.record = outcome.record;
  return { got, expected };
}

function asTheRow({ to, form = {}, json, headers = {} }: CaseRequest, said: CaseRequest | undefined): CaseRequest {
  const seen = Object.keys(said?.headers ?? {}).map((name) => [name, headers[name] ?? null] as const);
  return {
    to,
    form: masked(form, said?.form ?? {}),
    json: masked((json ?? undefined) as Readonly<Record<string, unknown>> | undefined, said?.json ?? {}),
    headers: masked(Object.fromEntries(seen), said?.headers ?? {}),
  };
}

/** Puts `*` where the row does, and something is there. */
function masked<T extends object | undefined>(values: T, said: object): T {
  if (!values) return values;
  const stars = said as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value && stars[name] === '*' ? '*' : (value as unknown)]),
  ) as T;
}

/** What the flow says of its tokens, and the set beside that. */
function heldBy({ flow }: Outcome, names: readonly string[]): object {
  if (!flow) return {};
  const { ttl, claims, tokens } = flow;
  const own: Readonly<Record<string, unknown>> = { ttl, claims };
  return Object.fromEntries(names.map((name) => [name, own[name] ?? tokens[name as keyof typeof tokens]]));
}

/** The named properties of an object, null for those that it has not. */
function picked(object: object, named: object): Record<string, unknown> {
  const all = object as Readonly<Record<string, unknown>>;
  const plain = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : (value ?? null));
  const got = Object.fromEntries(Object.keys(named).map((name) => [name, plain(all[name])]));
  return masked(got, named);
}

function describe(error: unknown, said: object): Record<string, unknown> {
  if (!(error instanceof AuthFlowError) && !(error instanceof TypeError)) throw error;
  const { class: _class, message, ...named } = said as { class: string; message?: string };
  const holdsMessage = message !== undefined && error.message.includes(message);
  return {
    class: error.constructor.name,
    ...(message !== undefined && { message: holdsMessage ? message : error.message }),
    ...picked(error, named),
  };
}
