import type { DpopKey } from '../../crypto/dpop-proof.js';
import type { UnreadAnswer } from '../../tokens/unread-answer.js';
import type { HttpAnswer } from '../http-exchange.js';
import { type NamedText, namedTexts, readForm } from './answer-body.js';

const behind = new WeakMap<object, UnreadAnswer>();

/** Puts an answer behind an error, where nobody sees it who prints the error. */
export function keepBehind<Failure extends object>(error: Failure, answer: UnreadAnswer): Failure {
  behind.set(error, answer);
  return error;
}

/** Returns the answer that could not be read, and brought an error for it. */
export function unreadBehind(error: unknown): UnreadAnswer | undefined {
  return typeof error === 'object' && error !== null ? behind.get(error) : undefined;
}

const largest = 64 * 1024; // characters

/** The request that an answer came to. */
export interface AskedBy {
  /** When it was sent, in ms since 1970. */
  readonly sentAt: number;
  /** What the tokens are bound to. */
  readonly dpopKey?: DpopKey | undefined;
}

/** What is kept of an answer for somebody who can read it; `undefined` for what is surely no success, or too large. */
export function unreadFrom(
  { status, headers, text }: HttpAnswer,
  purpose: string,
  { sentAt, dpopKey }: AskedBy,
): UnreadAnswer | undefined {
  const body = bodyOf(text);
  const { error } = (body ?? {}) as { readonly error?: unknown };
  const isRefusal = typeof error === 'string' && error !== '';
  if (!body || isRefusal || status >= 300 || text.length > largest) return undefined;
  const answer = { purpose, sent_at: sentAt, status, headers: Object.fromEntries(headers), text };
  return dpopKey ? { ...answer, dpop_key: dpopKey } : answer;
}

/** The answer as it came. */
export function answerFrom({ status, headers, text }: UnreadAnswer): HttpAnswer {
  return { status, headers: new Headers(headers), text };
}

/** A token's text, in whatever form: long, and without spaces. */
const tokenText = /^[\x21-\x7e]{8,}$/;

/** Tells whether an answer names tokens in words of its own, so that it is a success, whatever is made of it. */
export function namesTokens(text: string): boolean {
  return tokensNamed(text).length > 0;
}

/** Lists by what names an answer calls its tokens, for a message; empty where it names none. */
export function tokenNamesIn(text: string): string {
  const names = tokensNamed(text).map(({ name }) => name);
  return names
    .filter((name) => /^[\w.-]{1,40}$/.test(name))
    .slice(0, 4)
    .join(', ');
}

function tokensNamed(text: string): NamedText[] {
  return namedTexts(bodyOf(text) ?? {}).filter(
    ({ name, value }) => /(token|jwt|access|refresh)s?$/i.test(name) && tokenText.test(value),
  );
}

/** Lists what an answer calls a refresh token, in words of its own. */
export function refreshTokensNamed(text: string): string[] {
  return namedTexts(bodyOf(text) ?? {}).flatMap(({ name, value }) =>
    /refresh_?-?(token)?$/i.test(name) && tokenText.test(value) ? [value] : [],
  );
}

/** An object or a list of JSON, or a form. */
function bodyOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return readForm(text);
  }
}
