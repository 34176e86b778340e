/** Headers of a request that may be changed. A plain object: a fetch that spreads what it is given loses those of `Headers`. */
export type RequestHeaders = Record<string, string>;

/** Copies headers in any of the forms that fetch takes. */
export function copyHeaders(given: HeadersInit | undefined): RequestHeaders {
  if (given === undefined) return {};
  if (typeof given !== 'object' || Symbol.iterator in given) return Object.fromEntries(new Headers(given));
  return Object.assign({}, given); // not by a spread: V8 takes a microsecond to add to what one made
}

/** The value of a header, however its name is written. `name` is in lower case. */
export function readHeader(headers: RequestHeaders, name: string): string | undefined {
  for (const key of Object.keys(headers)) if (isNamed(key, name)) return headers[key];
  return undefined;
}

/** Sets a header, in the place of what has the same name. */
export function setHeader(headers: RequestHeaders, name: string, value: string): void {
  removeHeader(headers, name.toLowerCase());
  headers[name] = value;
}

/** Removes a header, in whichever ways its name is written. `name` is in lower case. */
export function removeHeader(headers: RequestHeaders, name: string): void {
  for (const key of Object.keys(headers)) if (isNamed(key, name)) Reflect.deleteProperty(headers, key);
}

function isNamed(key: string, name: string): boolean {
  return key.length === name.length && key.toLowerCase() === name;
}
