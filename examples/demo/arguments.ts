import { DeviceCodeFlow } from '@latchkey/core';
import { parseArgs } from 'node:util';

export const help = `Usage: npm run demo -- [options]

Logs in by the device flow, stores the token in a private file, and lets many callers in several processes renew it
exactly once. Without options it starts an authorization server (oidc-provider) on this machine.

  --auto            let a scripted browser approve the login; so it is also without a terminal
  --issuer URL      log in at this authorization server instead
  --client-id ID    the client there: public, for the device flow and refresh tokens
  --scope "…"       the scopes to ask for there (default: openid offline_access)
  --audience URL    the audience to ask for there
  --help            show this`;

const options = {
  auto: { type: 'boolean', default: false },
  issuer: { type: 'string' },
  'client-id': { type: 'string' },
  scope: { type: 'string' },
  audience: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** What was asked for on the command line. */
export interface Arguments {
  readonly help: boolean;
  readonly auto: boolean;
  readonly scope: string;
  /** `undefined` for the embedded server. */
  readonly real:
    { readonly issuer: string; readonly clientId: string; readonly audience: string | undefined } | undefined;
}

/** A wrong command line; the message says what is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the command line. @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const { help, auto, issuer, scope, audience, 'client-id': clientId } = parse(args);
  const common = { help, auto, scope: scope ?? 'openid offline_access' };
  if (help) return { ...common, real: undefined };
  if (issuer === undefined) {
    const [stray] = Object.entries({ 'client-id': clientId, scope, audience }).filter(
      ([, value]) => value !== undefined,
    );
    if (stray) throw new UsageError(`--${stray[0]} is for a real authorization server; give its --issuer too.`);
    return { ...common, real: undefined };
  }
  if (clientId === undefined) throw new UsageError('--issuer needs a --client-id.');
  if (auto) throw new UsageError('--auto only knows the pages of the embedded server; leave out --auto or --issuer.');
  try {
    new DeviceCodeFlow({ issuer, clientId }); // checks both
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return { ...common, real: { issuer, clientId, audience } };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
