/**
 * The environment of a test file. It ends the AsyncLocalStorages that the file's modules used: before Node 24, each that
 * was ever used is carried along with every promise of the process, and each file loads its modules anew, so that the
 * hundredth file of a worker would be slower by a third.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { TestEnvironment } from 'jest-environment-node';

const { run } = AsyncLocalStorage.prototype;

export default class extends TestEnvironment {
  #used = new Set();

  async setup() {
    await super.setup();
    const used = this.#used;
    AsyncLocalStorage.prototype.run = function (...args) {
      used.add(this);
      return run.apply(this, args);
    };
  }

  async teardown() {
    AsyncLocalStorage.prototype.run = run;
    for (const storage of this.#used) storage.disable();
    await super.teardown();
  }
}
