import { lazyPart } from '../platform/lazy-part.js';

/** What asks for the claims about a user, loaded when somebody does. @throws as {@link lazyPart} */
export const loadUserInfo = lazyPart(() => import('./request-user-info.js'));
