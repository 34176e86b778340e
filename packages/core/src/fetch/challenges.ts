/** One challenge of a `WWW-Authenticate` header. Names are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const longest = 16_384;
const separator = /[\s,]*/y;
const parameter = /([!#$%&'*+.^_`|~\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"?|([^\s,"]+))/y;
const scheme = /([!#$%&'*+.^_`|~\w-]+)(?:[ \t]+[\w.~+/-]+=*(?=[ \t]*(?:,|$)))?/y; // a token68 is of no use here
const anything = /[^\s,]+/y;

/**
 * Reads a `WWW-Authenticate` header (RFC 9110 section 11.6.1), of which a server may send several, each with several
 * challenges. What cannot be read is left out.
 */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, longest);
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  for (take(separator); at < text.length; take(separator)) {
    const parameters = challenges.at(-1)?.parameters;
    const [, name, quoted, plain] = take(parameter) ?? [];
    if (name !== undefined) {
      const value = quoted?.replace(/\\([^])/g, '$1') ?? plain ?? '';
      if (parameters && !parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
      continue;
    }
    const found = take(scheme);
    if (found) challenges.push({ scheme: (found[1] ?? '').toLowerCase(), parameters: new Map() });
    else take(anything);
  }
  return challenges;
}
