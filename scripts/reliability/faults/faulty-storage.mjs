/** A storage that fails on request, without a lock if so told, and tells what was saved and who is inside the lock. */

import { LockTimeoutError } from '@latchkey/core';

/** What befalls both openings of a place. */
export class StorageFaults {
  failingSaves = 0;
  isAway = false;
  isHeld = false;

  end() {
    this.failingSaves = 0;
    this.isAway = false;
    this.isHeld = false;
  }

  assertReachable() {
    if (this.isAway) throw new Error('The place is out of reach.');
  }

  assertWritable() {
    this.assertReachable();
    if (this.failingSaves === 0) return;
    this.failingSaves--;
    throw new Error('No space is left.');
  }
}

export function faultyStorage(storage, faults, { process, witness, guarded }) {
  const inside = (task) => async (lock) => {
    witness.entered(process);
    try {
      return await task(lock);
    } finally {
      witness.left(process);
    }
  };
  return {
    id: storage.id,
    load: async (key) => {
      faults.assertReachable();
      return storage.load(key);
    },
    save: async (key, tokens, context) => {
      faults.assertWritable();
      await storage.save(key, tokens, context);
      witness.saved(tokens.refreshToken);
    },
    delete: (key, context) => storage.delete(key, context),
    withLock: async (key, task, options) => {
      faults.assertReachable();
      if (faults.isHeld) throw new LockTimeoutError();
      if (!guarded) return inside(task)({ signal: new AbortController().signal });
      return storage.withLock(key, inside(task), options);
    },
  };
}
