import type { RecordCodec } from '../storage/record-codec.js';
import type { TokenStorage } from '../storage/token-storage.js';

/** How the contract gets at the storage under test. Each test creates its own and disposes of it. @group Contracts */
export interface TokenStorageFixture<S extends TokenStorage = TokenStorage> {
  /** Makes an empty place and opens it: another one each time, where there can be several. */
  create(): Promise<S>;
  /** Opens the same place once more, as another process would. */
  reopen(storage: S): Promise<S>;
  /** Removes the place. */
  dispose(storage: S): Promise<void>;
  /** Whether one place holds the records of many credentials. Default: true. */
  readonly manyKeys?: boolean | undefined;
  /** Makes the place unreachable, or impossible to write, to read and to lock. Without it outages are not tested. */
  breakIt?(storage: S): Promise<void>;
  /**
   * Path or `file:` URL of a module that exports `createStorage(...texts)`, which opens the same place in a process of its
   * own, as `runTorture` takes it. Without it nothing is tested between processes. A lock that only time frees when its holder is
   * killed is waited for, for 20 s at most: make it short, or give your runner time.
   */
  readonly storageModule?: string | URL | undefined;
  /** What `createStorage` is given to open the place of `storage`. Default: its `id`. */
  storageArguments?(storage: S): readonly string[];
  /**
   * For a lock that time frees: after how many seconds, as few as the place allows. Then a lock has to outlive them while
   * its task runs and to be told lost to whoever slept for longer, and `save` to compare and write in one step. Without it
   * the lock counts as one that cannot be lost.
   */
  readonly lease?: number | undefined;
  /** Opens the same place with another codec, or without one. Without it encryption is not tested. */
  reopenWith?(storage: S, codec: RecordCodec | undefined): Promise<S>;
}
