import {
  type DeleteContext,
  type SaveContext,
  StorageConflictError,
  StorageUnavailableError,
  type TokenSet,
  type TokenStorage,
} from '@latchkey/core';
import type { Claims } from './claims.js';
import type { Instance } from './instance.js';
import type { SharedClock } from './shared-clock.js';
import type { SharedLock } from './shared-lock.js';

/** What a storage does with a save. Two are wrong: `overwrites` does not compare, `forgets` says so and does nothing. */
export type StorageKind = 'compares' | 'overwrites' | 'forgets';

/** The one record that all instances share. */
export class SharedStorage {
  record: TokenSet | undefined;
  readonly #claims: Claims;
  readonly #clock: SharedClock;
  readonly #lock: SharedLock;
  readonly #kind: StorageKind;

  constructor(claims: Claims, clock: SharedClock, lock: SharedLock, kind: StorageKind) {
    this.#claims = claims;
    this.#clock = clock;
    this.#lock = lock;
    this.#kind = kind;
  }

  /** The storage as one instance has it. Its own id keeps memory from being shared. */
  of(instance: Instance, id: string): TokenStorage {
    return {
      id,
      load: () =>
        instance.step<TokenSet | undefined>('loads', (ending) => [
          {
            name: 'loads',
            take: () => {
              instance.generations.add(generationOf(this.record));
              ending.resolve(this.record, describe(this.record));
            },
          },
          { name: 'cannot load', fault: 'load fails', take: () => ending.reject(new StorageUnavailableError()) },
        ]),
      save: (_key, tokens, context) => this.#write(instance, tokens, context),
      delete: (_key, context) => this.#write(instance, undefined, context),
      // The second lock, of a person who logs in, is free here: one instance logs in.
      withLock: (_key, task, options) =>
        options.purpose === 'login'
          ? task({ signal: new AbortController().signal })
          : this.#lock.withLock(instance, task, options),
    };
  }

  #write(instance: Instance, tokens: TokenSet | undefined, context: SaveContext | DeleteContext): Promise<void> {
    const verb = tokens ? `save ${describe(tokens)}` : 'delete';
    return instance.step<undefined>(verb, (ending) => {
      const write = (confirm: () => void): void => {
        const conflict = this.#conflict(context);
        if (conflict) {
          ending.reject(conflict, 'conflict');
          return;
        }
        if (this.#kind === 'forgets') {
          confirm();
          return;
        }
        this.#claims.writing(instance, generationOf(this.record), context);
        this.record = tokens;
        this.#clock.tick();
        this.#claims.wrote(instance, tokens);
        confirm();
      };
      return [
        { name: `${verb}: done`, take: () => write(() => ending.resolve(undefined, 'done')) },
        {
          name: `${verb}: fails`,
          fault: 'save fails',
          take: () => {
            this.#claims.saveFailed(instance);
            ending.reject(new StorageUnavailableError());
          },
        },
        {
          name: `${verb}: done, but reported as failed`,
          fault: 'save unconfirmed',
          take: () => write(() => ending.reject(new StorageUnavailableError())),
        },
      ];
    });
  }

  #conflict({ expected }: Pick<SaveContext, 'expected'>): StorageConflictError | undefined {
    const found = generationOf(this.record);
    if (this.#kind === 'overwrites' || expected === undefined || expected === found) return undefined;
    return new StorageConflictError({ expected, found });
  }

  get state(): string {
    return describe(this.record);
  }
}

function generationOf(record: TokenSet | undefined): number {
  return record?.generation ?? 0;
}

function describe(record: TokenSet | undefined): string {
  if (!record) return 'nothing';
  const { accessToken = '', refreshToken = '', generation = 0, stamp } = record;
  const times = stamp?.unanswered ? ` unanswered ${stamp.unanswered.times}` : '';
  return `${accessToken}/${refreshToken} #${generation}${times}${stamp?.refused ? ' refused' : ''}`;
}
