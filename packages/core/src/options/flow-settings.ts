import { type Clock, systemClock } from '../platform/clock.js';
import { issuerOfDomain } from '../platform/urls.js';
import type { AuthFlowOptions } from './flow-options.js';

/** What a flow works with: its options, read once, with their defaults. All its accounts share it. */
export interface FlowSettings extends Omit<AuthFlowOptions, 'account' | 'key' | 'domain'> {
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch;
  readonly lockTimeout: number;
  readonly timeout: number;
}

/** Reads options that have been checked. */
export function readOptions(options: AuthFlowOptions): FlowSettings {
  const { account: _account, key: _key, domain, issuer, clock, fetch, lockTimeout, timeout, ...others } = options;
  return {
    ...others,
    issuer: issuer ?? (domain === undefined ? undefined : issuerOfDomain(domain)),
    clock: clock ?? systemClock,
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)), // it may be replaced later
    lockTimeout: lockTimeout ?? 30,
    timeout: timeout ?? 20,
  };
}

/** The settings of a flow that wants other scopes; the same object where they are the same, for very many accounts. */
export function settingsFor(settings: FlowSettings, scope: string | undefined): FlowSettings {
  return settings.scope === scope ? settings : { ...settings, scope };
}
