import type { TorturePoint } from './points.js';
import type { TortureProfile } from './torture-options.js';

/** What a process is told when it is started. */
export interface WorkerSettings {
  /** Path or URL of the module that makes the storage. */
  readonly storageModule: string;
  readonly storageArguments: readonly string[];
  readonly tokenEndpoint: string;
  readonly rotation: TortureProfile;
  /** Whether the storage's lock is used. */
  readonly guarded: boolean;
  /** Seconds. */
  readonly lockTimeout: number;
  /** Seconds. */
  readonly timeout: number;
}

/** Asks a process to ask its flow for a token. */
export interface Question {
  /** How often at once. */
  readonly calls: number;
  /** How far all clocks are ahead of the machine's, in ms, so that the last token has expired. */
  readonly ahead: number;
}

/** Tells where a process is. Unless it is `saving`, the process waits there until it may go on. */
export interface Report {
  readonly id: number;
  readonly point: TorturePoint | 'leaving';
  /** Counts the times that this process took the lock; absent outside of it. */
  readonly possession?: number | undefined;
  /** Whether the lock says that it was lost. */
  readonly lost?: boolean | undefined;
  /** What was saved. */
  readonly refreshToken?: string | undefined;
}

/** What became of one call. */
export type Outcome = { readonly kind: 'token' } | Failure;

/** How a call failed, and why where that is worth a look. */
type Failure = { readonly why?: string | undefined } & (
  | { readonly kind: 'error'; readonly code: string; readonly needsLogin: boolean; readonly retryable: boolean }
  | { readonly kind: 'untyped' }
);

/** From the parent to a process. */
export type ToWorker = { readonly question: Question } | { readonly go: number };

/** From a process to the parent. */
export type FromWorker =
  { readonly ready: true } | { readonly report: Report } | { readonly outcomes: readonly Outcome[] };
