/** Prints an access token, or changes the password: see README.md. */
import { AuthFlowError, TokenEndpointUnavailableError, TokenRequestError } from '@latchkey/core';
import { environmentVariable } from '@latchkey/core/node';
import { parseArgs } from 'node:util';
import { endWhenSettled } from '../end-when-settled.js';
import { openRdp } from './open-rdp.js';
import { RdpSession } from './rdp-session.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    credentials: { type: 'string', default: 'rdp.ini' },
    'token-file': { type: 'string', default: 'token.txt' },
    'auth-url': { type: 'string' },
    key: { type: 'string' },
    'no-takeover': { type: 'boolean', default: false },
  },
});

endWhenSettled();
// What fails is told, which console.log does not do: a full disk, say. EPIPE: whoever reads has enough.
process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
try {
  const flow = await openRdp({
    credentials: values.credentials,
    tokenFile: values['token-file'],
    authUrl: values['auth-url'],
    key: values.key,
    takeExclusiveSignOnControl: !values['no-takeover'],
  });
  if (positionals[0] === 'change-password' && flow instanceof RdpSession) {
    await flow.changePassword(environmentVariable('RDP_NEW_PASSWORD')()).catch(sayWhatMayBe);
    console.error('The password is changed. Write it into the credentials file.');
  } else if (positionals.length === 0) {
    process.stdout.write(`${await flow.getAccessTokenRefreshIfNecessary()}\n`);
  } else {
    console.error('Say change-password, for a user name and a password, or nothing.');
    process.exitCode = 2;
  }
} catch (error) {
  if (!(error instanceof AuthFlowError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
}

/** Passes an error on, after a word on what nobody knows when the answer to a change of the password is lost. */
function sayWhatMayBe(error: unknown): never {
  const isOpen =
    error instanceof TokenEndpointUnavailableError
      ? error.mayHaveArrived
      : error instanceof TokenRequestError && error.code === 'TOKEN_ANSWER_INVALID';
  if (isOpen) console.error('The password may be changed already: try the new one first.');
  throw error;
}
