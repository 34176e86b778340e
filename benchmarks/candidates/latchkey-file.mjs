/** Latchkey on a file, as its README has it: a login that a person has made, and `FileTokenStorage`. */
import { DeviceCodeFlowSimple } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';

export { TokenSet } from '@latchkey/core';
export { FileTokenStorage };

/** A device flow with its tokens in a file; the lock is the kernel's unless told. */
export function onFile(realm, path, { locking } = {}) {
  const flow = flowOnFile(realm, path, { locking });
  return () => flow.getAccessTokenRefreshIfNecessary();
}

/** The same with the other kind of lock. */
export const onFileByLockfile = (realm, path) => onFile(realm, path, { locking: 'lockfile' });

/** The flow itself. */
export function flowOnFile({ origin, clientId, clientSecret }, path, options = {}) {
  const { locking, perKey, ...others } = options;
  return new DeviceCodeFlowSimple({
    server: { tokenEndpoint: `${origin}/token`, deviceAuthorizationEndpoint: `${origin}/device` },
    clientId,
    clientSecret,
    storage: new FileTokenStorage(path, { locking, perKey }),
    ...others,
  });
}
