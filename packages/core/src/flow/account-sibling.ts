import type { AuthorizationServer } from '../server/authorization-server.js';
import type { FlowEvents } from '../tokens/flow-events.js';

/** The flow that a sibling was made of, as far as the sibling needs it. */
interface Origin {
  /** Shared by all siblings, with settings that are checked. */
  readonly server: AuthorizationServer;
  /** Where a sibling's events go too. */
  readonly events: FlowEvents;
}

/** What the flow that is being made comes from. It is no option: constructors copy those, and applications too. */
let originOfNext: Origin | undefined;

/** What a flow under construction was made of; `undefined` for all but siblings. */
export function takeOrigin(): Origin | undefined {
  const origin = originOfNext;
  originOfNext = undefined;
  return origin;
}

/**
 * Whether a class itself says that it is built from options alone, so that a flow for another account can be made of it. Each
 * class here that extends `StoredAuthFlow`, a `Simple` too, says so: without, `withAccount` skips its constructor. It is a
 * field and no static block, for which bundlers would keep a class that nobody uses.
 */
export function isBuiltFromOptions(flowClass: object): boolean {
  return Object.hasOwn(flowClass, 'isBuiltFromOptions');
}

/**
 * Makes a flow like `flow` with other options. A subclass's own constructor may take anything, so the nearest class
 * that is built from options is, and the fields that the subclass added are copied.
 */
export function siblingOf<Flow extends object>(
  flow: Flow,
  options: object,
  { origin, ownFields }: { readonly origin: Origin; readonly ownFields: readonly string[] },
): Flow {
  let built: unknown = flow.constructor;
  while (typeof built === 'function' && !isBuiltFromOptions(built)) built = Object.getPrototypeOf(built);
  originOfNext = origin;
  let sibling: Flow;
  try {
    sibling = Reflect.construct(built as new () => object, [options], flow.constructor) as Flow;
  } finally {
    originOfNext = undefined;
  }
  for (const name of Object.keys(flow) as (keyof Flow & string)[]) {
    if (!ownFields.includes(name)) sibling[name] = flow[name];
  }
  return sibling;
}
