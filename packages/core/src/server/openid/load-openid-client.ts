import { lazyPart } from '../../platform/lazy-part.js';

export type { Configuration, ServerMetadata } from 'openid-client';

/** The protocol library. */
export type OpenidClient = typeof import('./openid-client.js');

/** Imports openid-client when it is first needed; nobody else does. @throws as {@link lazyPart} */
export const loadOpenidClient: () => Promise<OpenidClient> = lazyPart(() => import('./openid-client.js'));
