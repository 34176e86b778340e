/**
 * What needs Node: credentials from variables, files and profiles, the redirect of a login in a browser, and what a
 * command line asks of its machine.
 *
 * @module @latchkey/core/node
 * @showGroups
 */
export { appFolder, type AppFolderOptions } from './command-line/app-folder.js';
export { hasTerminal, type TerminalOptions } from './command-line/has-terminal.js';
export { logIn, type LoginFlow, type LoginFlows, type LogInOptions } from './command-line/log-in.js';
export { assertionFile } from './secrets/assertion-file.js';
export {
  environmentVariable,
  readEnvironment,
  type Environment,
  type EnvironmentOptions,
} from './credentials/environment.js';
export type { CredentialsHead } from './credentials/credentials-layout.js';
export { readCredentialsFile, type FileCredentials } from './credentials/credentials-file.js';
export { githubActionsToken, type GithubActionsTokenOptions } from './secrets/github-actions-token.js';
export { privateKeyFile, type PrivateKeyFileOptions } from './secrets/private-key-file.js';
export type { Profile } from './credentials/profile.js';
export { readProfile, type ProfileOptions } from './credentials/read-profile.js';
export type { SettingsTree } from './credentials/settings-tree.js';
export type { LoopbackDefaults } from './login/loopback-address.js';
export { loopbackRedirect, type LoopbackRedirectOptions } from './login/loopback-redirect.js';
export { openBrowser } from './login/open-browser.js';
export { pasteRedirect, type PasteRedirectOptions } from './login/paste-redirect.js';
