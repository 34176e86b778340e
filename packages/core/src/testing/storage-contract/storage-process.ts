import type { ChildProcess } from 'node:child_process';
import type { TokenStorage } from '../../storage/token-storage.js';
import { forkOptions } from '../child-process.js';
import type { TokenStorageFixture } from '../token-storage-fixture.js';
import { ada } from './storage-case.js';

/**
 * What a process does with the storage: `enter` tries the lock once, `hold` keeps it, `saveAndDie` is killed as soon as a save
 * has resolved, `saveOften` saves for a while and says which generation came last.
 */
export type StorageDeed = 'enter' | 'hold' | 'saveAndDie' | 'saveOften';

/** A process of its own that opens the same place. */
export class StorageProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<string>;
  /** `done` or what it says, the code of the error that came of it, or how the process ended before it said anything. */
  readonly outcome: Promise<string>;

  constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = new Promise((resolve) => {
      process.once('error', (error) => resolve(error.message));
      process.once('close', (code, signal) => resolve(String(signal ?? code)));
    });
    this.outcome = Promise.race([new Promise<string>((resolve) => process.once('message', resolve)), this.#ended]);
  }

  /** Starts one. A page has no processes, so what starts them is asked for only here. */
  static start<S extends TokenStorage>(
    fixture: TokenStorageFixture<S>,
    storage: S,
    deed: StorageDeed,
    key = ada,
  ): StorageProcess {
    const { fork } = process.getBuiltinModule('node:child_process');
    const texts = fixture.storageArguments?.(storage) ?? [storage.id];
    const settings = [String(fixture.storageModule), JSON.stringify(texts), key, deed];
    return new StorageProcess(fork(new URL('./storage-child.js', import.meta.url), settings, forkOptions()));
  }

  /** Kills it as a power cut would, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
