/** Goes up when the form of a part changes: copies of another format then keep to themselves. */
const format = 1;

/** Where the parts hang, for each copy of this package to find. */
const name = Symbol.for(`@latchkey/core:shared.${format}`);

type Parts = Map<string, object>;

let parts: Parts | undefined;

/**
 * Returns a part of what all copies of this package in a process share, such as an SDK's own and the application's;
 * whoever asks first makes it. A part outlives the code that made it, and is read by versions to come: it is made of
 * collections, texts, numbers, promises and functions, and of no class of ours.
 */
export function shared<Part extends object>(part: string, make: () => Part): Part {
  parts ??= findParts();
  const known = parts.get(part) ?? make();
  parts.set(part, known);
  return known as Part;
}

function findParts(): Parts {
  const known = (globalThis as { readonly [name]?: Parts })[name] ?? new Map<string, object>();
  Reflect.defineProperty(globalThis, name, { value: known }); // refused where globals are frozen: then nothing is shared
  return known;
}
