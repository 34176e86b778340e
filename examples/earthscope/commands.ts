import { DeviceCodeFlow, RevocationFailedError, type StoredAuthFlow } from '@latchkey/core';
import { basename } from 'node:path';
import type { Arguments } from './arguments.js';
import { download } from './download.js';
import { type BarOutput, ProgressBar } from './progress-bar.js';
import type { Settings } from './settings.js';
import { UserApi } from './user-api.js';

/** What a command works with. */
interface CommandContext {
  readonly flow: StoredAuthFlow;
  readonly settings: Settings;
  readonly given: Arguments;
  readonly print: (text: string) => void;
  readonly errors: BarOutput;
  readonly signal: AbortSignal;
}

/** Does what was asked; resolves with the exit code. */
export type Command = (context: CommandContext) => Promise<number>;

/** The commands by name. */
export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries<Command>({ login, logout, revoke, token, refresh, ttl, user, download: downloadAll }),
);

async function login({ flow, print, signal }: CommandContext): Promise<number> {
  if (flow instanceof DeviceCodeFlow) await flow.doFlow({ signal });
  else await flow.refresh({ signal });
  print(`Logged in until ${String(flow.expiresAt?.toISOString())}.`);
  return 0;
}

/** Logs out here in any case; that the server did not hear of it is told, and no failure. */
async function logout({ flow, print, signal }: CommandContext): Promise<number> {
  if ((await flow.reload()) === undefined) {
    print('Not logged in.');
    return 0;
  }
  try {
    await flow.logout({ signal });
    print('Logged out.');
  } catch (error) {
    if (!(error instanceof RevocationFailedError)) throw error;
    print(`Logged out here. ${error.message} ${error.remedy}`);
  }
  return 0;
}

/** The same, where it matters that the server has heard of it. */
async function revoke({ flow, print, signal }: CommandContext): Promise<number> {
  await flow.reload();
  const { hasRefreshToken } = flow;
  await flow.logout({ signal });
  print(hasRefreshToken ? 'The refresh token is revoked, and the tokens are deleted.' : 'There was none to revoke.');
  return 0;
}

async function token({ flow, given, print, signal }: CommandContext): Promise<number> {
  const { noAutoRefresh, autoRefreshThreshold } = given;
  print(await flow.getAccessTokenRefreshIfNecessary({ noAutoRefresh, autoRefreshThreshold, signal }));
  return 0;
}

async function refresh({ flow, print, signal }: CommandContext): Promise<number> {
  await flow.refresh({ signal });
  print(`Renewed. The token is good until ${String(flow.expiresAt?.toISOString())}.`);
  return 0;
}

async function ttl({ flow, print }: CommandContext): Promise<number> {
  await flow.reload();
  print(String(Math.floor(flow.ttl)));
  return flow.ttl > 0 ? 0 : 1;
}

async function user({ flow, settings, given, print, signal }: CommandContext): Promise<number> {
  const { ids, emails } = given;
  const api = new UserApi((input, init) => flow.fetch(input, { ...init, signal }), settings.apiUrl);
  const isLookup = ids.length > 0 || emails.length > 0;
  print(JSON.stringify(await (isLookup ? api.lookupAnonymous(ids, emails) : api.getUser()), undefined, 2));
  return 0;
}

/** Each request asks the flow, so that the token is good for the last file as it was for the first. */
async function downloadAll({ flow, given, errors, signal }: CommandContext): Promise<number> {
  if (given.operands.length === 0) throw new TypeError('Say what to download: one URL or more.');
  for (const url of given.operands) {
    const name = basename(new URL(url).pathname) || 'index';
    using bar = new ProgressBar(errors, name);
    await download(url, name, { fetch: flow.asFetch(), signal, onProgress: (...progress) => bar.show(...progress) });
  }
  return 0;
}
