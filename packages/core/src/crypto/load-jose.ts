import { lazyPart } from '../platform/lazy-part.js';

/** Imports the library for keys and signatures when it is first needed; nobody else does. @throws as {@link lazyPart} */
export const loadJose = lazyPart(() => import('./jose.js'));
