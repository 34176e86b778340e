/**
 * Under this symbol each class of errors has its name: the same in every copy and version of the package, whatever a
 * bundler calls the class.
 */
export const brand = Symbol.for('@latchkey/core:error');

/** Tells whether a value was made by a class of this brand, or by one that extends it, of whichever copy. */
export function isBranded(value: unknown, name: string): boolean {
  if (typeof value !== 'object') return false;
  for (let held: unknown = value; held !== null;) {
    held = Object.getPrototypeOf(held);
    const made = (held as { readonly constructor?: { readonly [brand]?: unknown } } | null)?.constructor;
    if (made && Object.hasOwn(made, brand) && made[brand] === name) return true;
  }
  return false;
}
