import { AllowedOrigins } from '../fetch/allowed-origins.js';
import type { ClientAuthentication } from '../options/client-authentication.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { checkClientAssertion } from '../options/client-assertion.js';
import { checkKeySource, checkSecret } from '../options/secret-source.js';
import { checkDialect } from './check-dialect.js';
import { checkSeconds } from '../options/seconds.js';
import { checkForms, isFields, isFunction, isString, isTexts, oneOf, type OptionForms } from './option-forms.js';
import { checkNames } from './option-names.js';
import { isJsonObject } from '../platform/json-values.js';
import { isBlockedPort, issuerOfDomain, secureUrl } from '../platform/urls.js';

/** What each method of client authentication needs. */
const needs: Readonly<Record<ClientAuthentication, 'clientSecret' | 'clientKey' | undefined>> = {
  client_secret_basic: 'clientSecret',
  client_secret_post: 'clientSecret',
  client_secret_jwt: 'clientSecret',
  private_key_jwt: 'clientKey',
  tls_client_auth: undefined,
  self_signed_tls_client_auth: undefined,
  none: undefined,
};

const isBoolean = oneOf(true, false);

/** What each option must be, where it is given. */
const forms: OptionForms<AuthFlowOptions> = {
  key: [isNamed, 'a non-empty string'],
  account: [isNamed, 'a non-empty string'],
  audience: [isString, 'a string'],
  domain: [isString, 'a string'],
  server: [isJsonObject, 'an object of endpoints'],
  clientAssertion: [isJsonObject, 'an object'],
  scope: [isString, 'a string, with spaces between the scopes'],
  resource: [(value) => [value].flat().every(isString), 'a URL as text, or an array of them'],
  parameters: [isFields, 'an object of texts'],
  headers: [isHeaders, 'an object of texts that HTTP can carry'],
  fetch: [isFunction, 'a function'],
  clock: [(value) => hasMethods(value, ['now', 'sleep']), 'an object with now and sleep'],
  // All would be sent, and no answer waited for.
  timeout: [(value) => value !== 0, 'more than 0 seconds'],
  dialect: [isJsonObject, 'an object'],
  retry: [isJsonObject, 'an object, {} for the defaults'],
  renewAhead: [isBoolean, 'true or false'],
  dpop: [isBoolean, 'true or false'],
  pushedAuthorization: [isBoolean, 'true or false'],
};

/**
 * Checks presence and form of the options that every flow has; those of a server only where one is needed. No I/O.
 *
 * @throws TypeError for a missing or malformed option; InsecureTransportError for a URL that is neither HTTPS nor
 * loopback.
 */
export function checkOptions(options: AuthFlowOptions, needsServer: boolean): void {
  checkNames(options);
  checkForms(options, forms);
  checkTimesAndRetry(options);
  const { lock } = options;
  if (lock !== undefined && lock !== 'process') checkMethods('lock', lock, ['withLock']);
  if (needsServer) checkServerAndClient(options);
  const { allowedOrigins } = options;
  if (allowedOrigins !== undefined) new AllowedOrigins({ allowedOrigins, issuer: undefined, server: undefined });
}

function checkTimesAndRetry(options: AuthFlowOptions): void {
  for (const name of ['lockTimeout', 'autoRefreshThreshold', 'timeout'] as const) {
    checkSeconds(options[name], name);
  }
  const { retry } = options;
  checkSeconds(retry?.deadline, 'retry.deadline');
  const attempts = retry?.attempts ?? 1;
  if (!Number.isInteger(attempts) || attempts < 1)
    throw new TypeError('retry.attempts must be a whole number, 1 or more.');
}

/** Tells what is no storage or lock before it fails like one that is out of order. @throws TypeError */
export function checkMethods(option: string, given: object, methods: readonly string[]): void {
  const missing = methods.filter((method) => !hasMethods(given, [method]));
  if (missing.length > 0) throw new TypeError(`The option ${option} has no method ${missing.join(', ')}.`);
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  const found = Object(value) as Partial<Record<string, unknown>>;
  return methods.every((method) => isFunction(found[method]));
}

function isNamed(value: unknown): boolean {
  return isString(value) && value !== '';
}

/** Not by `Headers`, whose error would show the value. */
function isHeaders(value: unknown): boolean {
  const canBeSent = ([name, text]: [string, string]): boolean =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t -~\x80-\xff]*$/.test(text);
  return isTexts(value) && Object.entries(value).every(canBeSent);
}

function checkServerAndClient(options: AuthFlowOptions): void {
  const { issuer, domain, server, clientId, fetch, metadataUrl } = options;
  const given = Object.entries({ issuer, domain, server }).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  );
  if (given.length === 0) {
    throw new TypeError('No authorization server is given: add issuer (its URL), domain or server (its endpoints).');
  }
  if (given.length > 1) {
    throw new TypeError(`${given.join(' and ')} are given, each of which names the authorization server: leave one.`);
  }
  if (typeof issuer === 'string' && issuer.includes('/.well-known/'))
    throw new TypeError('issuer is the URL of its metadata: leave out /.well-known/…, or give that as metadataUrl.');
  if (metadataUrl !== undefined && server) throw new TypeError('metadataUrl stands beside issuer, not beside server.');
  const endpoints = Object.entries(server ?? {}).map(([name, url]) => [`server.${name}`, url as string] as const);
  for (const [name, text] of [
    ['issuer', issuer],
    ['metadataUrl', metadataUrl],
    ['domain', domain && issuerOfDomain(domain)],
    ...endpoints,
  ] as const) {
    const url = text === undefined ? undefined : secureUrl(text, name);
    if (url && !fetch && isBlockedPort(url)) throw new TypeError(`${name}: fetch connects to no port ${url.port}.`);
  }
  if (server && !server.tokenEndpoint) throw new TypeError('server.tokenEndpoint is missing.');
  if (typeof clientId !== 'string' || clientId === '') throw new TypeError('clientId must be a non-empty string.');
  checkSecret('clientId', clientId, 'token');
  checkClientAuthentication(options);
  checkDialect(options);
}

function checkClientAuthentication(options: AuthFlowOptions): void {
  const { clientSecret, clientKey, clientAuthentication: method, clientAssertion } = options;
  if (clientSecret !== undefined && typeof clientSecret !== 'string' && typeof clientSecret !== 'function') {
    throw new TypeError('clientSecret must be a string or a function.');
  }
  if (typeof clientSecret === 'string') checkSecret('clientSecret', clientSecret, 'secret');
  if (clientKey !== undefined) checkKeySource('clientKey', clientKey);
  checkClientAssertion(options);
  const given = { clientSecret, clientKey, 'clientAssertion.from': clientAssertion?.from };
  const proofs = Object.entries(given).flatMap(([name, proof]) => (proof === undefined ? [] : [name]));
  if (proofs.length > 1 && method === undefined) {
    throw new TypeError(`${proofs.join(' and ')} are both given: say by clientAuthentication which one is used.`);
  }
  if (method === undefined) return;
  if (!Object.hasOwn(needs, method)) {
    throw new TypeError(`clientAuthentication must be one of ${Object.keys(needs).join(', ')}.`);
  }
  const needed = needs[method];
  const isMadeElsewhere = needed === 'clientKey' && clientAssertion?.from !== undefined;
  if (needed && options[needed] === undefined && !isMadeElsewhere) {
    throw new TypeError(`clientAuthentication ${method} needs a ${needed}.`);
  }
}
