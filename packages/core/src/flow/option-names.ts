import type { AuthFlowOptions } from '../options/flow-options.js';

/** The options of every flow; a compiler tells whoever adds one to write it here. */
const options: Readonly<Record<keyof AuthFlowOptions | 'storage', true>> = {
  ...{ account: true, key: true, lock: true, lockTimeout: true, autoRefreshThreshold: true, renewAhead: true },
  ...{ allowedOrigins: true, fetch: true, timeout: true, retry: true, headers: true, clock: true, storage: true },
  ...{ issuer: true, metadataUrl: true, domain: true, server: true, clientId: true, clientSecret: true },
  ...{ clientKey: true, clientAssertion: true, clientAuthentication: true, audience: true, resource: true },
  ...{ scope: true, parameters: true, pushedAuthorization: true, dpop: true, dialect: true },
};

const meant = new Map(Object.keys(options).map((name) => [letters(name), name]));
meant.set('scopes', 'scope').set('allowedorigin', 'allowedOrigins');

/**
 * Tells of an option whose name is nearly one, such as `client_secret` or `scopes`, which would be left out without a word. Others
 * may be a subclass's own, and so may this one where the option stands beside it.
 *
 * @throws TypeError
 */
export function checkNames(given: object): void {
  const values = given as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(values)) {
    const option = meant.get(letters(name));
    if (option === undefined || option === name || values[name] === undefined || values[option] !== undefined) continue;
    throw new TypeError(`There is no option ${name}. Did you mean ${option}?`);
  }
}

function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}
