import { lazyPart } from '../platform/lazy-part.js';

/** What reads private keys, loaded when somebody has one. @throws as {@link lazyPart} */
export const loadPrivateKey = lazyPart(() => import('./private-key.js'));
