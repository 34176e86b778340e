import { AuthFlowError, DeviceCodeFlow, LoginRequiredError } from '@latchkey/core';
import { readEnvironment } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';
import { fileURLToPath } from 'node:url';
import { endWhenSettled } from '../end-when-settled.js';

endWhenSettled(); // Ctrl+C in git, say, reaches its helper too, and all programs would have lost the login

/** Where the tokens are: the folder `TOKENS`, a file for each credential. */
export function tokenStorage(): FileTokenStorage {
  const { tokens } = readEnvironment({ tokens: 'TOKENS' });
  return new FileTokenStorage(tokens, { perKey: true });
}

/**
 * The one login behind all programs here: of the client `CLIENT_ID` at the server `ISSUER`. Any other flow does as well.
 *
 * @param secondsLeft - what a token must be good for when it is handed over; with less left, it is renewed before
 */
export function login(secondsLeft: number): DeviceCodeFlow {
  const server = readEnvironment({ issuer: 'ISSUER', clientId: 'CLIENT_ID' });
  const storage = tokenStorage();
  return new DeviceCodeFlow({ ...server, scope: 'openid offline_access', storage, autoRefreshThreshold: secondsLeft });
}

/** What a person without a login has to do. */
export const howToLogIn = `Log in: node ${fileURLToPath(new URL('log-in.js', import.meta.url))}`;

/** Says why there is no token, and what to do; it holds no secret. */
export function explain(error: unknown): string {
  if (error instanceof TypeError && error.cause instanceof Error) return `${error.message}: ${error.cause.message}`;
  if (!(error instanceof AuthFlowError)) return String(error);
  return `${error.message} ${error instanceof LoginRequiredError ? howToLogIn : error.remedy}`;
}

/** Ends a program that was started with other arguments than these. */
export function refuseArguments(usage: string): never {
  console.error(`Usage: node ${process.argv[1] ?? ''} ${usage}`);
  process.exit(2);
}

/** When the token ends, in whole seconds since 1970. */
export function endOf({ expiresAt }: Pick<DeviceCodeFlow, 'expiresAt'>): number | undefined {
  return expiresAt && Math.floor(expiresAt.getTime() / 1000);
}
