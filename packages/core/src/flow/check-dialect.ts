import type { AuthFlowOptions } from '../options/flow-options.js';
import type { ServerDialect } from '../options/server-dialect.js';

type Check = (value: unknown) => boolean;

const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const isFunction: Check = (value) => typeof value === 'function';
const isText: Check = (value) => typeof value === 'string' && value.trim() !== '';

/** What each part must be. */
const parts: Readonly<Record<keyof ServerDialect, readonly [check: Check, form: string]>> = {
  refreshParameters: [isParameters, 'an object of texts, without grant_type and refresh_token'],
  deadRefreshToken: [(value) => Array.isArray(value) && value.every(isText), 'a list of texts'],
  basicEncoding: [oneOf('rfc6749', 'raw'), 'rfc6749 or raw'],
  revocationFormat: [oneOf('form', 'json'), 'form or json'],
  pkce: [oneOf(false), 'false, or left out'],
  nonce: [oneOf(false), 'false, or left out'],
  request: [isFunction, 'a function'],
  answer: [isFunction, 'a function'],
};

/** Checks the option `dialect`. @throws TypeError */
export function checkDialect({ dialect, ...options }: AuthFlowOptions): void {
  const moved = ['basicEncoding', 'revocationFormat'].find((name) => Object.hasOwn(options, name));
  if (moved !== undefined) throw new TypeError(`${moved} is part of the option dialect: dialect: { ${moved} }.`);
  if (dialect === undefined) return;
  if (typeof dialect !== 'object' || (dialect as unknown) === null) throw new TypeError('dialect must be an object.');
  for (const [name, value] of Object.entries(dialect)) {
    if (!Object.hasOwn(parts, name)) {
      throw new TypeError(`dialect.${name} is unknown; a dialect has ${Object.keys(parts).join(', ')}.`);
    }
    const [check, form] = parts[name as keyof ServerDialect];
    if (value !== undefined && !check(value)) throw new TypeError(`dialect.${name} must be ${form}.`);
  }
  const { clientSecret, clientKey, clientAssertion } = options;
  const provesItself = (clientSecret ?? clientKey ?? clientAssertion?.from) !== undefined || usesTls(options);
  if (dialect.pkce === false && (!provesItself || options.clientAuthentication === 'none')) {
    throw new TypeError(
      'dialect.pkce: false needs client authentication, such as a clientSecret: without both, whoever sees the code can redeem it.',
    );
  }
}

function usesTls({ clientAuthentication }: AuthFlowOptions): boolean {
  return clientAuthentication?.endsWith('tls_client_auth') ?? false;
}

function isParameters(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const own = ['grant_type', 'refresh_token'];
  return Object.entries(value).every(([name, text]) => typeof text === 'string' && !own.includes(name));
}
