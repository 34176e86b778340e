import process from 'node:process';
import { MissingCredentialsError } from '../../errors/index.js';
import { kindOf } from '../../platform/kind-of.js';

/** Environment variables by name. @group Credentials */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where environment variables are read. @group Credentials */
export interface EnvironmentOptions {
  /** @defaultValue `process.env` */
  readonly env?: Environment | undefined;
}

/**
 * Makes a function that reads an environment variable each time it is called, for options such as `clientSecret`,
 * `password`, `refreshToken` or `apiKey`. The program starts without the variable; what needs it fails by its name.
 *
 * ```ts
 * import { ClientCredentialsFlow } from '@latchkey/core';
 * import { environmentVariable } from '@latchkey/core/node';
 *
 * export const flow = new ClientCredentialsFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'nightly-report',
 *   clientSecret: environmentVariable('REPORT_CLIENT_SECRET'),
 * });
 * ```
 *
 * @returns a function that throws MissingCredentialsError while the variable is unset or blank
 * @throws TypeError for a name that is no text, or empty
 * @group Credentials
 */
export function environmentVariable(name: string, { env = process.env }: EnvironmentOptions = {}): () => string {
  checkName(name);
  return () => {
    const value = env[name];
    if (isBlank(value)) throw new MissingCredentialsError([name]);
    return value;
  };
}

/**
 * Reads several environment variables now, each under the name of the option that it is for.
 *
 * ```ts
 * import { readEnvironment } from '@latchkey/core/node';
 *
 * export const client = readEnvironment({
 *   clientId: 'REPORT_CLIENT_ID',
 *   clientSecret: 'REPORT_CLIENT_SECRET',
 * });
 * ```
 *
 * @throws MissingCredentialsError that names all variables that are unset or blank; TypeError for names that are no text
 * @group Credentials
 */
export function readEnvironment<Name extends string>(
  variables: Readonly<Record<Name, string>>,
  { env = process.env }: EnvironmentOptions = {},
): Record<Name, string> {
  if (kindOf(variables) !== 'Object') throw new TypeError('readEnvironment needs an object of names of variables.');
  const entries = Object.entries<string>(variables);
  for (const [, name] of entries) checkName(name);
  const missing = entries.map(([, variable]) => variable).filter((variable) => isBlank(env[variable]));
  if (missing.length > 0) throw new MissingCredentialsError(missing);
  return Object.fromEntries(entries.map(([name, variable]) => [name, env[variable]])) as Record<Name, string>;
}

function checkName(name: unknown): void {
  if (typeof name !== 'string' || name === '') throw new TypeError('A variable is named by a non-empty string.');
}

/** Tells whether a variable counts as unset: shells and containers often leave it empty instead. */
export function isBlank(value: string | undefined): value is undefined | '' {
  return value === undefined || value.trim() === '';
}
