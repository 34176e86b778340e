import type { AuthFlowOptions } from '../options/flow-options.js';
import type { AuthorizationServer } from '../server/authorization-server.js';

const server = Symbol('latchkey.server');

/** Options of one account, which bring along what all accounts of a flow share: settings that are checked, a server. */
type AccountOptions = AuthFlowOptions & { readonly [server]?: AuthorizationServer };

/** Copies options for one account. A further copy of the copy, such as `{ ...options }`, brings nothing along. */
export function accountOptions(options: AuthFlowOptions, own: object, shared: AuthorizationServer): AccountOptions {
  return Object.defineProperty({ ...options, ...own }, server, { value: shared, enumerable: false });
}

/** What the options of an account bring along; `undefined` for all other options. */
export function sharedServer(options: AccountOptions): AuthorizationServer | undefined {
  return options[server];
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
