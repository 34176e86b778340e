/**
 * From an API's URL to the options of a flow: whose tokens it takes, and as which client to ask for them.
 *
 * @module @latchkey/core/resource
 * @showGroups
 */
export {
  discoverResource,
  type DiscoveredResource,
  type DiscoverResourceOptions,
  type ServerChoice,
} from './discover-resource.js';
export type { ResourceClient } from './client-choice.js';
export type { ClientMetadata } from './client-registration.js';
