import { isReplayable } from './outgoing-request.js';

/** A caller's `init` that is copied by its members alone. */
export type PlainInit = RequestInit & { headers: Record<string, string> & { authorization?: string } };

/** Not `Object.hasOwn`, which asks anew what V8 knows of a name in `for … in`. */
const isOwn = (object: object, name: string): boolean => Object.prototype.hasOwnProperty.call(object, name);

/**
 * Copies the `init` of the usual request: a plain object, or none, whose headers are a plain object too, whose body is
 * no stream, and that leaves redirects and `authorization` to others. `undefined` for any other, which `OutgoingRequest`
 * is for.
 */
export function copyPlainInit(init: RequestInit | undefined): PlainInit | undefined {
  if (init === undefined) return { headers: {}, redirect: 'manual' };
  if (!isPlain(init) || (init.redirect ?? 'follow') !== 'follow' || !isReplayable(init.body)) return undefined;
  const headers: Record<string, string> = {};
  if (init.headers !== undefined) {
    const given = init.headers;
    if (!isPlain(given) || Symbol.iterator in given) return undefined;
    for (const name in given) {
      if (!isOwn(given, name)) continue;
      if (name.length === 'authorization'.length && name.toLowerCase() === 'authorization') return undefined;
      headers[name] = given[name] as string;
    }
  }
  // One by one: on Node 20 a spread, and on Node 24 `Object.assign`, costs as much as all the rest.
  const copy: PlainInit & Record<string, unknown> = { headers, redirect: 'manual' };
  for (const name in init) {
    if (!isOwn(init, name)) continue;
    if (name !== 'headers' && name !== 'redirect') copy[name] = init[name as keyof RequestInit];
  }
  return copy;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
