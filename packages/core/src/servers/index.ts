/**
 * Servers for which an issuer is not enough: what each needs, as options of a flow.
 *
 * @module @latchkey/core/servers
 * @showGroups
 */
export { atlassian } from './atlassian.js';
export { cognito } from './cognito.js';
export { entra, entraB2C, entraExternalId } from './entra.js';
export { github } from './github.js';
export {
  google,
  googleIdToken,
  googleServiceAccount,
  type GoogleServiceAccount,
  type GoogleServiceAccountOptions,
} from './google.js';
export { linkedin } from './linkedin.js';
export { notion } from './notion.js';
export { salesforce } from './salesforce.js';
export type { ServerOptions } from './server-options.js';
export { slackBot, slackUser } from './slack.js';
export { withings } from './withings.js';
