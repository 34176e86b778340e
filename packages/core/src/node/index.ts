export { environmentVariable, readEnvironment, type Environment, type EnvironmentOptions } from './environment.js';
export type { CredentialsHead } from './credentials-layout.js';
export { readCredentialsFile, type FileCredentials } from './credentials-file.js';
export type { Profile } from './profile.js';
export { readProfile, type ProfileOptions } from './read-profile.js';
export type { SettingsTree } from './settings-tree.js';
