import type { Lock } from '../storage/lock.js';
import type { AuthFlowOptions } from '../options/flow-options.js';
import { warnOnce } from '../platform/warn.js';

/**
 * Tells whether a flow overrides the storage hooks of `base`, judged by prototypes.
 *
 * @throws TypeError when it overrides only one: tokens would be loaded from one place and saved to another.
 */
export function overridesHooks(flow: object, base: object): boolean {
  const own = flow as Partial<Record<string, unknown>>;
  const inherited = base as Partial<Record<string, unknown>>;
  const load = own['loadTokens'] !== inherited['loadTokens'];
  const save = own['saveTokens'] !== inherited['saveTokens'];
  if (load !== save) {
    throw new TypeError(
      `${flow.constructor.name} overrides ${load ? 'load' : 'save'}Tokens alone: override loadTokens and saveTokens.`,
    );
  }
  return load;
}

/** Throws a TypeError when a flow has only the `deleteTokens` of `base`, which cannot delete. */
export function assertDeletable(flow: object, base: object): void {
  const own = flow as Partial<Record<string, unknown>>;
  if (own['deleteTokens'] !== (base as Partial<Record<string, unknown>>)['deleteTokens']) return;
  throw new TypeError(`${flow.constructor.name} cannot log out: override deleteTokens beside the other storage hooks.`);
}

/** Warns once in a process of hooks that nothing locks between processes. */
export function warnOfMissingLock({ lock }: AuthFlowOptions): void {
  if (lock !== undefined) return;
  warnOnce(
    'A flow has storage hooks of its own but no lock, so two processes can spend the same refresh token. ' +
      "Give the option lock, such as fileLock(path), or override withLock; lock: 'process' says that one process is all.",
  );
}

/**
 * Returns the lock by which another is to be had beside the credential's: none for a `withLock` of one's own, which may know
 * but one, nor where one process is all, in which logins are joined anyway.
 */
export function lockBeside(flow: object, base: object, lock: Lock | 'process' | undefined): Lock | undefined {
  const own = flow as Partial<Record<string, unknown>>;
  const isOwn = own['withLock'] !== (base as Partial<Record<string, unknown>>)['withLock'];
  return isOwn || lock === 'process' ? undefined : lock;
}
