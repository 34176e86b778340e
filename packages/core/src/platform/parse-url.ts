/**
 * Parses a URL; `undefined` when it is none. Not by `URL.canParse`: in Node 20 it begins to refuse letters beyond ASCII
 * once it has been called often enough to be optimized.
 */
export function parseUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
