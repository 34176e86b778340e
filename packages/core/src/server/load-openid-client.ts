export type { ClientAuth, Configuration, ServerMetadata } from 'openid-client';

/** The protocol library. */
export type OpenidClient = typeof import('./openid-client.js');

let loaded: Promise<OpenidClient> | undefined;

/** Imports openid-client when it is first needed; nobody else does. */
export const loadOpenidClient = (): Promise<OpenidClient> => (loaded ??= import('./openid-client.js'));
