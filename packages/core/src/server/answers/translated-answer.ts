import { scrubError } from '../../errors/scrub.js';
import type { ServerDialect } from '../../options/server-dialect.js';
import { synchronous } from '../../platform/synchronous.js';
import type { HttpAnswer } from '../http-exchange.js';
import { namedTexts, readForm, readObject, withBody } from './answer-body.js';
import { isJsonObject } from '../../platform/json-values.js';

/** An answer, and what the dialect of the server made of it. */
export interface TranslatedAnswer {
  /** To be read. */
  readonly answer: HttpAnswer;
  /** As it came, where the dialect translates. */
  readonly raw?: HttpAnswer | undefined;
  /** Why it could not be translated. */
  readonly problem?: Error | undefined;
}

/** Lets the dialect of the server translate an answer. What it cannot translate stays as it came. */
export function translate(dialect: ServerDialect | undefined, purpose: string, raw: HttpAnswer): TranslatedAnswer {
  if (!dialect?.answer) return { answer: raw };
  const { status, headers, text } = raw;
  const body = readObject(text) ?? readForm(text) ?? {};
  const secrets = namedTexts(body).map(({ value }) => value);
  try {
    const returned = dialect.answer({ purpose, status, headers: Object.fromEntries(headers), body, text });
    return { raw, answer: readTranslation(returned, raw) };
  } catch (cause) {
    return { raw, answer: raw, problem: new Error(`dialect.answer failed: ${scrubError(cause, secrets).message}`) };
  }
}

function readTranslation(returned: unknown, raw: HttpAnswer): HttpAnswer {
  const { status, body } = synchronous(returned);
  if (!isJsonObject(body)) throw new TypeError('It returned no body.');
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError('It returned no status from 200 to 599.');
  }
  return withBody(raw, body, status);
}
