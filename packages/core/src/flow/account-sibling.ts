/** A class whose constructor takes the options of a flow and nothing else. */
type FlowClass = abstract new (options: never) => object;

const builtFromOptions = new WeakSet();

/** Notes that a class is built from options alone, so that a flow for another account can be made of it. */
export function markBuiltFromOptions(flowClass: FlowClass): void {
  builtFromOptions.add(flowClass);
}

/**
 * Makes a flow like `flow` with other options. A subclass's own constructor may take anything, so the nearest class
 * that is built from options is, and the fields that the subclass added are copied.
 */
export function siblingOf<Flow extends object>(flow: Flow, options: object, ownFields: readonly string[]): Flow {
  let built: unknown = flow.constructor;
  while (typeof built === 'function' && !builtFromOptions.has(built)) built = Object.getPrototypeOf(built);
  const sibling = Reflect.construct(built as new () => object, [options], flow.constructor) as Flow;
  const added = Object.entries(flow).filter(([name]) => !ownFields.includes(name));
  return Object.assign(sibling, Object.fromEntries(added));
}
