import { hasEndpoint, serverNames } from './oauth2-settings.js';
import { isTree, type SettingsTree } from './settings-tree.js';

/**
 * Removes from lower settings how they name the server, where higher ones name it in another way: a flow is given its
 * server by one of `domain`, `issuer` and endpoints.
 */
export function withoutOtherServer(below: SettingsTree, above: SettingsTree): SettingsTree {
  const { oauth2: lower } = below;
  const { oauth2: higher } = above;
  if (!isTree(lower) || !isTree(higher) || !serverNames.some((name) => Object.hasOwn(higher, name))) return below;
  const replaced = hasEndpoint(higher) ? ['domain', 'issuer'] : serverNames;
  return { ...below, oauth2: Object.fromEntries(Object.entries(lower).filter(([name]) => !replaced.includes(name))) };
}
