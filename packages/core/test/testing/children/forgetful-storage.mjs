/** A storage of which each process has its own, that keeps something open in it, as a connection is, and fails now and then. */
import { createServer } from 'node:net';
import { MemoryTokenStorage } from '@latchkey/core';

class ForgetfulStorage extends MemoryTokenStorage {
  #loads = 0;

  async load(key) {
    if (process.send && ++this.#loads % 10 === 0) throw new Error('the disk said EIO');
    return super.load(key);
  }
}

export function createStorage() {
  createServer().listen(0, '127.0.0.1');
  return new ForgetfulStorage();
}
