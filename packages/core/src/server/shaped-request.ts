import { scrubError } from '../errors/scrub.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { synchronous } from '../platform/synchronous.js';
import { isJsonObject } from '../platform/json-values.js';

/** A request in the form that the server wants, before the client proves who it is. */
export interface ShapedRequest {
  /** The fields as OAuth has them. */
  readonly form: URLSearchParams;
  /** The fields to send. */
  readonly fields: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the fields are sent as JSON. */
  readonly isJson: boolean;
}

/**
 * Brings a request into the form that the dialect of the server wants.
 *
 * @throws TypeError when `dialect.request` throws, or returns something else
 */
export function shapeRequest(settings: FlowSettings, purpose: string, form: URLSearchParams): ShapedRequest {
  const { dialect, clientId, headers = {} } = settings;
  const isJson = purpose === 'revocation' && dialect?.revocationFormat === 'json';
  if (!dialect?.request) return { form, fields: form, headers, isJson };
  const format = isJson ? 'json' : 'form';
  const request = { purpose, clientId, fields: fieldsOf(form), headers: { ...headers }, format } as const;
  const shape = (): Omit<ShapedRequest, 'form'> => readShape(synchronous(dialect.request?.(request)));
  return { form, ...orSay(shape, [...form.values()]) };
}

/** Says of what a hook throws whose mistake it is, without the secrets that the hook saw. */
function orSay<T>(run: () => T, secrets: readonly string[]): T {
  const thrown: { value?: unknown } = {};
  try {
    return run();
  } catch (value) {
    thrown.value = value;
  }
  const cause = scrubError(thrown.value, secrets);
  throw new TypeError(`dialect.request failed, so nothing was sent: ${cause.message}`, { cause });
}

/** The fields by their names: a text, or a list where a field comes several times. */
export function fieldsOf(form: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const [first = '', ...others] = form.getAll(name);
      return [name, others.length === 0 ? first : [first, ...others]];
    }),
  );
}

function readShape({ fields, headers, format }: Readonly<Record<string, unknown>>): Omit<ShapedRequest, 'form'> {
  if (format !== 'form' && format !== 'json') throw new TypeError('It returned no format: form or json.');
  if (!isJsonObject(fields) || !isJsonObject(headers)) throw new TypeError('It returned no fields or no headers.');
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).map((each) => {
      if (typeof each !== 'string') throw new TypeError(`Its field ${name} is no text.`);
      return [name, each];
    }),
  );
  new Headers(headers as Record<string, string>); // throws for what is no header
  return {
    fields: new URLSearchParams(pairs),
    headers: headers as Record<string, string>,
    isJson: format === 'json',
  };
}
