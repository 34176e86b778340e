import { readSeconds } from '../../tokens/read-seconds.js';
import { type HttpAnswer, isSuccess } from '../http-exchange.js';
import { isJsonObject, isFilledText } from '../../platform/json-values.js';

/** Reads an object from JSON, or from a form, in which some servers answer; of a form only what is a token or an error. */
export function readBody(text: string): Record<string, unknown> | undefined {
  const object = readObject(text);
  if (object) return object;
  const form = readForm(text);
  return form && ['access_token', 'refresh_token', 'error'].some((name) => Object.hasOwn(form, name))
    ? form
    : undefined;
}

/** Reads the fields of a form; `undefined` for all else. */
export function readForm(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trim();
  return /^[\w.-]+=\S*$/.test(trimmed) ? Object.fromEntries(new URLSearchParams(trimmed)) : undefined;
}

/**
 * Parses text into an object; `undefined` for all else. An object may be the only one of a list, be written as JSON within
 * JSON, and have something around it: warnings of PHP, a comment, the call of JSONP.
 */
export function readObject(text: string): Record<string, unknown> | undefined {
  const value = parse(text) ?? parse(withinBraces(text));
  const inner = typeof value === 'string' ? parse(value) : value;
  const [one] = Array.isArray(inner) && inner.length === 1 ? (inner as unknown[]) : [inner];
  return isJsonObject(one) ? one : undefined;
}

/** Levels of an answer that are read. Some thousands deep, what writes JSON or joins a list runs out of stack. */
const levelsRead = 64;

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    emptyBelow(levelsRead, value);
    return value;
  } catch {
    return undefined;
  }
}

/** Empties the lists and objects that stand so many levels deep in `value`. */
function emptyBelow(levels: number, value: unknown): void {
  let level = [value].filter(isContainer);
  for (let depth = 1; depth < levels; depth++) level = level.flatMap((each) => Object.values(each).filter(isContainer));
  for (const each of level) {
    if (Array.isArray(each)) each.length = 0;
    else for (const name of Object.keys(each)) Reflect.deleteProperty(each, name);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The braces of a page are those of its scripts. Torn JSON lacks one, and stays torn. */
function withinBraces(text: string): string {
  return /<(!doctype|html|head|body|script)\b/i.test(text)
    ? ''
    : text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
}

/** Where servers put an answer that they wrap. */
const wrappers = ['data', 'result', 'response', 'payload', 'body', 'token', 'tokens'];

/** Returns what holds the tokens of a success: the body, or the one object that it is wrapped in, without an OAuth error. */
export function tokensIn(body: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (!body || holdsToken(body)) return body;
  const wrapped = wrappers.map((name) => body[name]).filter((inner) => isJsonObject(inner) && holdsToken(inner));
  const [inner, second] = wrapped;
  return isJsonObject(inner) && second === undefined && !isFilledText(body['error']) ? inner : undefined;
}

function holdsToken({ access_token, refresh_token }: Record<string, unknown>): boolean {
  return isFilledText(access_token) || isFilledText(refresh_token);
}

/** The same answer with another body, as JSON. */
export function withBody(answer: HttpAnswer, body: object, status = answer.status): HttpAnswer {
  const headers = new Headers(answer.headers);
  headers.set('content-type', 'application/json');
  return { ...answer, status, headers, text: JSON.stringify(body) };
}

/** What an answer with a token may lack (RFC 6749 section 5.1, OpenID Connect Core section 12.2). */
const optional = ['expires_in', 'refresh_token', 'scope', 'id_token'];

/**
 * Writes an answer as RFC 6749 section 5 has it, for a protocol library that takes nothing else: a form as JSON, whatever its
 * content type says, what is wrapped without its wrapper, a list of scopes as text, without the fields that are null or empty,
 * and with status 200 where another success brings a token. An answer to parameters that were sent ahead gets the status and the
 * lifetime of RFC 9126.
 */
export function inStandardForm(answer: HttpAnswer): HttpAnswer {
  const object = readObject(answer.text);
  const form = object ? undefined : readBody(answer.text);
  const whole = object ?? (form && { token_type: 'bearer', ...form }); // which those who answer in a form leave out
  const body = (isSuccess(answer.status) ? tokensIn(whole) : undefined) ?? whole;
  if (!body) return answer;
  const { scope, access_token, request_uri, expires_in } = body;
  const said = Object.entries(body).filter(
    ([name, value]) => !(optional.includes(name) && (value === null || value === '')),
  );
  const standard = { ...Object.fromEntries(said), ...(Array.isArray(scope) && { scope: scope.join(' ') }) };
  if (!isSuccess(answer.status)) return withBody(answer, standard);
  if (isFilledText(request_uri))
    return withBody(answer, { ...standard, expires_in: readSeconds(expires_in) ?? 60 }, 201);
  return withBody(answer, standard, typeof access_token === 'string' ? 200 : answer.status);
}

/** A text in a body, and the end of the names that lead to it, such as `authed_user.access_token`. */
export interface NamedText {
  readonly name: string;
  readonly value: string;
}

/** Lists all texts of a body, at whatever depth. */
export function namedTexts(body: object): NamedText[] {
  const texts: NamedText[] = [];
  const objects: (readonly [string, object])[] = [['', body]];
  for (const [path, object] of objects) {
    for (const [key, value] of Object.entries(object) as [string, unknown][]) {
      const name = (path === '' ? key : `${path}.${key}`).slice(-100); // else a small answer could have gigabytes of names
      if (typeof value === 'string') texts.push({ name, value });
      else if (typeof value === 'object' && value !== null) objects.push([name, value]);
    }
  }
  return texts;
}

/** Without an issuer to compare with, an id token cannot be checked, so it is not shown to the checks. */
export function withoutIdToken(answer: HttpAnswer): HttpAnswer {
  const { id_token, ...body } = readObject(answer.text) ?? {};
  return id_token === undefined ? answer : { ...answer, text: JSON.stringify(body) };
}
