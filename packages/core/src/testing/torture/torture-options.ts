/**
 * A server that takes the second use of a refresh token for theft, or one that allows it for a while.
 *
 * @group Torture kit
 */
export type TortureProfile = 'strict' | TortureGrace;

/** For how long a used refresh token may come again. @group Torture kit */
export interface TortureGrace {
  /** Seconds. A round takes about one of them. */
  readonly grace: number;
}

/** How {@link runTorture} goes about it. @group Torture kit */
export interface TortureOptions {
  /**
   * Path or `file:` URL of a module that exports `createStorage(...storageArguments)`, which returns the storage or a
   * promise of it. Each process opens it once, and so does the parent.
   */
  readonly storageModule: string | URL;
  /** Passed to `createStorage`. Default: none. */
  readonly storageArguments?: readonly string[] | undefined;
  /** How many processes share the tokens. Default: 4. */
  readonly processes?: number | undefined;
  /** Decides victims, points, order and moments. Default: a random one; the result names it. */
  readonly seed?: number | undefined;
  /** Hits for each point and signal. Default: 30. */
  readonly hits?: number | undefined;
  /** What the server does with a used refresh token. Default: `strict`. */
  readonly profile?: TortureProfile | undefined;
  /** `false` removes the guard: the storage's lock lets everybody in. The counts should not be zero then. */
  readonly lock?: false | undefined;
  /** Calls that each process makes at once. Default: 3. */
  readonly calls?: number | undefined;
  /** Seconds for which a process waits for the lock. For a lease, more than it lasts. Default: 1. */
  readonly lockTimeout?: number | undefined;
}

/** {@link TortureOptions} with everything decided. */
export interface TorturePlan {
  readonly storageModule: string;
  readonly storageArguments: readonly string[];
  readonly processes: number;
  readonly seed: number;
  readonly hits: number;
  readonly profile: TortureProfile;
  readonly guarded: boolean;
  readonly calls: number;
  readonly lockTimeout: number;
}

/** Fills in the defaults. @throws TypeError without a module, for a number that makes no sense, and on Windows */
export function decide(options: TortureOptions): TorturePlan {
  const { storageModule, storageArguments = [], processes = 4, hits = 30, calls = 3, lockTimeout = 1 } = options;
  if (!storageModule) throw new TypeError('storageModule must be the path or URL of a module.');
  for (const [name, value, least] of [
    ['processes', processes, 2],
    ['hits', hits, 1],
    ['calls', calls, 1],
  ] as const) {
    if (!Number.isInteger(value) || value < least) throw new TypeError(`${name} must be a whole number from ${least}.`);
  }
  if (!(lockTimeout > 0)) throw new TypeError('lockTimeout must be in seconds, above 0.');
  const { profile = 'strict' } = options;
  if (profile !== 'strict' && !(profile.grace >= 0))
    throw new TypeError('profile.grace must be in seconds, 0 or more.');
  if (process.platform === 'win32')
    throw new TypeError('The torture kit freezes processes by SIGSTOP, which Windows has not: run it in WSL.');
  return {
    storageModule: String(storageModule),
    storageArguments,
    processes,
    seed: options.seed ?? Math.floor(Math.random() * 1_000_000),
    hits,
    profile,
    guarded: options.lock !== false,
    calls,
    lockTimeout,
  };
}
