/** One renewal, and what another process does meanwhile. */
import { drawSequence } from './sequence.mjs';

export function drawTransaction() {
  return drawSequence(`
lanes another process, this process, storage, server
this process -> storage: 1 look: no fresh token
another process -> storage: looks too: no fresh token
this process -> storage: 2 lock
this process holds: holds the lock
another process waits: waits for the lock
this process -> storage: 3 look again: still none
this process -> server: 4 ask: redeem the refresh token
server -> this process: new tokens
this process -> storage: 5 save, onto what was read
this process -> storage: 6 release
this process ends
another process ends
another process -> storage: looks at the release: a fresh token
this process: 7 give it to all who wait
`);
}
