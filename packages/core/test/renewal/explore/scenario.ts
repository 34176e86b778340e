import type { AccessTokenOptions } from '@latchkey/core';
import type { LockKind } from './shared-lock.js';
import type { Rotation } from './shared-server.js';
import type { StorageKind } from './shared-storage.js';

/** What a caller asks for. */
export type Call = 'logout' | 'login' | AccessTokenOptions;

/** What happens, before anything goes wrong. */
export interface Scenario {
  readonly name: string;
  /** One list of callers for each instance. All of them begin at once, and each step takes as long as it likes. */
  readonly instances: readonly (readonly Call[])[];
  /** @defaultValue `strict` */
  readonly rotation?: Rotation;
  /** Tokens of a program of its own: nothing is stored at first, and no refresh token is used. */
  readonly isMachine?: boolean;
  /** How a lock is freed whose holder died. @defaultValue `lease` */
  readonly lock?: LockKind;
  /** @defaultValue `compares` */
  readonly storage?: StorageKind;
  /** Seconds for which a failed save is tried again. @defaultValue 0 */
  readonly lockTimeout?: number;
  /** Whether callers begin by a step of their own, so that their calls begin at different times. */
  readonly isStaggered?: boolean;
  /** Requests for tokens when nothing goes wrong. @defaultValue exactly 1 */
  readonly requests?: readonly number[];
}

const token: Call = {};

/** Three processes find the same expired token. */
export const threeCallers: Scenario = {
  name: 'three callers, strict rotation',
  instances: [[token], [token], [token]],
};

export const withGrace: Scenario = { ...threeCallers, name: 'three callers, rotation with grace', rotation: 'grace' };

/** A spent token is refused without harm to its family, so that whoever was late can adopt. */
export const withAdoption: Scenario = { ...threeCallers, name: 'three callers, plain rotation', rotation: 'plain' };

export const withRetries: Scenario = { ...threeCallers, name: 'three callers, saves tried twice', lockTimeout: 0.06 };

export const withLogout: Scenario = {
  name: 'two callers and a logout',
  instances: [[token], [token], ['logout']],
  requests: [0, 1],
};

export const callerAndLogout: Scenario = {
  name: 'a caller and a logout',
  instances: [[token], ['logout']],
  requests: [0, 1],
};

export const withLogin: Scenario = {
  name: 'two callers and a login',
  instances: [[token], [token], ['login']],
  requests: [0, 1],
};

export const machines: Scenario = { ...threeCallers, name: 'three programs without refresh tokens', isMachine: true };

/** Two callers in one process, one of whom was refused the old token by an API. */
export const refusedCallers: Scenario = {
  name: 'two callers each in two processes, one refused by an API',
  instances: [
    [token, { rejectedToken: 'A0' }],
    [token, { rejectedToken: 'A0' }],
  ],
};

/** One process with nobody to renew behind its back. */
export const alone: Scenario = { name: 'two callers in one process', instances: [[token, { rejectedToken: 'A0' }]] };

/** The least that can act as two owners. */
export const pair: Scenario = { name: 'two callers, strict rotation', instances: [[token], [token]] };

/** A caller may come at any step of the renewal of another, in the same process: also while its tokens are saved. */
export const latecomer: Scenario = {
  name: 'two callers in one process, one after the other',
  instances: [[token, token]],
  isStaggered: true,
};

/** Two processes where whoever was late can adopt. */
export const refusedWithAdoption: Scenario = {
  ...refusedCallers,
  name: 'two callers each in two processes, plain rotation',
  rotation: 'plain',
};

/** Tokens live shorter than these callers would like, so that only their age can satisfy them. */
export const shortLived: Scenario = {
  name: 'three callers whose threshold is longer than the lifetime',
  instances: [[{ autoRefreshThreshold: 7200 }], [{ autoRefreshThreshold: 7200 }], [{ autoRefreshThreshold: 7200 }]],
  isStaggered: true,
  requests: [1, 2, 3],
};
