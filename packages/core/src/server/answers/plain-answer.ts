import type { HttpAnswer } from '../http-exchange.js';
import { readObject } from './answer-body.js';
import { isFilledText } from '../../platform/json-values.js';

/**
 * Tells whether a success of the token endpoint is one in which the protocol library would find no fault: all as RFC 6749
 * section 5.1 has it, and no id token. Whatever else comes is the library's to judge.
 */
export function isPlainAnswer({ status, text }: HttpAnswer): boolean {
  const body = readObject(text);
  if (status !== 200 || !body) return false;
  const { access_token, token_type, expires_in, refresh_token, scope, id_token } = body;
  const hasLifetime = expires_in === undefined || (typeof expires_in === 'number' && expires_in >= 0);
  return (
    isFilledText(access_token) &&
    isFilledText(token_type) &&
    ['bearer', 'dpop'].includes(token_type.toLowerCase()) &&
    hasLifetime &&
    (refresh_token === undefined || isFilledText(refresh_token)) &&
    (scope === undefined || typeof scope === 'string') &&
    id_token === undefined
  );
}
