/** Settings by name; tables of settings nest. @group Credentials */
export interface SettingsTree {
  /** A leaf or a table. */
  readonly [name: string]: unknown;
}

/** Tells a table from a leaf. Lists and dates are leaves. */
export function isTree(value: unknown): value is SettingsTree {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Lays one tree over another, leaf by leaf. */
export function overlay(below: SettingsTree, above: SettingsTree): SettingsTree {
  const laid = Object.entries(above).map(([name, value]): [string, unknown] => {
    const under = Object.hasOwn(below, name) ? below[name] : undefined;
    return [name, isTree(value) && isTree(under) ? overlay(under, value) : value];
  });
  return { ...below, ...Object.fromEntries(laid) };
}

/** Parses JSON; `undefined` when it is none, since the error of `JSON.parse` quotes the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
