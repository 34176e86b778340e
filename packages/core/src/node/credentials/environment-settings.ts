import { type Environment, isBlank } from './environment.js';
import { overlay, type SettingsTree } from './settings-tree.js';

/** Reads the variables that begin with `prefix` and hold a `__`: `ES_OAUTH2__CLIENT_ID` is `oauth2.client_id`. */
export function environmentSettings(env: Environment, prefix: string): SettingsTree {
  return Object.entries(env).reduce<SettingsTree>((tree, [variable, value]) => {
    if (isBlank(value) || !variable.toLowerCase().startsWith(prefix.toLowerCase())) return tree;
    const places = variable.slice(prefix.length).toLowerCase().split('__');
    if (places.length < 2 || places.includes('')) return tree;
    return overlay(tree, nested(places, value));
  }, {});
}

/** Names the variable that gives the setting at `place`, such as `oauth2.client_id`. */
export function variableOf(prefix: string, place: string): string {
  return `${prefix}${place.replaceAll('.', '__').toUpperCase()}`;
}

/** Reads a variable whose name may be in any case; blank is unset. */
export function variableInAnyCase(env: Environment, name: string): string | undefined {
  const found = Object.keys(env).find((variable) => variable.toLowerCase() === name.toLowerCase());
  const value = found === undefined ? undefined : env[found];
  return isBlank(value) ? undefined : value;
}

function nested([place = '', ...deeper]: readonly string[], leaf: string): SettingsTree {
  return Object.fromEntries([[place, deeper.length === 0 ? leaf : nested(deeper, leaf)]]);
}
