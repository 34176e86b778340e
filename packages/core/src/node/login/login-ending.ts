import { AuthFlowError } from '../../errors/index.js';
import type { CallbackPage } from './callback-pages.js';

const pages: Readonly<Record<string, CallbackPage>> = {
  AUTHORIZATION_DENIED: 'declined',
  AUTHORIZATION_REFUSED: 'refused',
  STATE_MISMATCH: 'foreign',
  ISSUER_MISMATCH: 'foreign',
};

/** Says which page tells of the end of a login. */
export async function howItEnded(login: Promise<unknown>): Promise<CallbackPage> {
  try {
    await login;
    return 'worked';
  } catch (error) {
    return (error instanceof AuthFlowError && pages[error.code]) || 'failed';
  }
}
