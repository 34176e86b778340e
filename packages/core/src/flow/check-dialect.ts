import type { AuthFlowOptions } from '../options/flow-options.js';
import type { ServerDialect } from '../options/server-dialect.js';
import { checkForms, isFunction, isText, isTexts, oneOf, type OptionForms } from './option-forms.js';

/** What each part must be. */
const parts = {
  refreshParameters: [isParameters, 'an object of texts, without grant_type and refresh_token'],
  deadRefreshToken: [(value) => Array.isArray(value) && value.every(isText), 'a list of texts'],
  basicEncoding: [oneOf('rfc6749', 'raw'), 'rfc6749 or raw'],
  revocationFormat: [oneOf('form', 'json'), 'form or json'],
  pkce: [oneOf(false), 'false, or left out'],
  nonce: [oneOf(false), 'false, or left out'],
  request: [isFunction, 'a function'],
  answer: [isFunction, 'a function'],
} satisfies OptionForms<ServerDialect>;

/** Checks the option `dialect`. @throws TypeError */
export function checkDialect({ dialect, ...options }: AuthFlowOptions): void {
  const moved = ['basicEncoding', 'revocationFormat'].find((name) => Object.hasOwn(options, name));
  if (moved !== undefined) throw new TypeError(`${moved} is part of the option dialect: dialect: { ${moved} }.`);
  if (dialect === undefined) return;
  const unknown = Object.keys(dialect).find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    throw new TypeError(`dialect.${unknown} is unknown; a dialect has ${Object.keys(parts).join(', ')}.`);
  }
  checkForms(dialect, parts, 'dialect.');
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
  return isTexts(value) && !('grant_type' in value) && !('refresh_token' in value);
}
