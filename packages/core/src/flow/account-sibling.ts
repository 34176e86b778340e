import type { AuthFlowOptions } from '../options/flow-options.js';
import type { AuthorizationServer } from '../server/authorization-server.js';
import type { FlowEvents } from '../tokens/flow-events.js';

const shared = Symbol('latchkey.shared');

/** What the flow of one account has from the flow that it was made of. */
export interface SharedParts {
  readonly server: AuthorizationServer;
  /** What it tells is told there too. */
  readonly events: FlowEvents;
}

/** Options of one account, which bring along what it shares; its settings are checked already. */
type AccountOptions = AuthFlowOptions & { readonly [shared]?: SharedParts };

/** Copies options for one account. A further copy of the copy, such as `{ ...options }`, brings nothing along. */
export function accountOptions(options: AuthFlowOptions, own: object, parts: SharedParts): AccountOptions {
  return Object.defineProperty({ ...options, ...own }, shared, { value: parts, enumerable: false });
}

/** What the options of an account bring along; nothing for all other options. */
export function sharedParts(options: AccountOptions): Partial<SharedParts> {
  return options[shared] ?? {};
}

/** A class whose constructor takes the options of a flow and nothing else. */
type FlowClass = abstract new (options: never) => object;

const builtFromOptions = new WeakSet();

/**
 * Notes that a class is built from options alone, so that a flow for another account can be made of it. Each class here that
 * extends `StoredAuthFlow`, a `Simple` too, does so in a static block: without, `withAccount` skips its constructor.
 */
export function markBuiltFromOptions(flowClass: FlowClass): void {
  builtFromOptions.add(flowClass);
}

/** Whether a class itself is noted; those that extend it are not. */
export function isBuiltFromOptions(flowClass: object): boolean {
  return builtFromOptions.has(flowClass);
}

/**
 * Makes a flow like `flow` with other options. A subclass's own constructor may take anything, so the nearest class
 * that is built from options is, and the fields that the subclass added are copied.
 */
export function siblingOf<Flow extends object>(flow: Flow, options: object, ownFields: readonly string[]): Flow {
  let built: unknown = flow.constructor;
  while (typeof built === 'function' && !isBuiltFromOptions(built)) built = Object.getPrototypeOf(built);
  const sibling = Reflect.construct(built as new () => object, [options], flow.constructor) as Flow;
  const added = Object.entries(flow).filter(([name]) => !ownFields.includes(name));
  return Object.assign(sibling, Object.fromEntries(added));
}
