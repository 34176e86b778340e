import { lazyPart } from '../platform/lazy-part.js';

/** What binds tokens to a key, loaded when somebody wants that. @throws as {@link lazyPart} */
export const loadDpopProof = lazyPart(() => import('./dpop-proof.js'));
