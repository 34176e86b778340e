/** `acme`, a command line that logs people in and calls an API: see README.md. */
import * as latchkey from '@latchkey/core';
import { appFolder, logIn, loopbackRedirect } from '@latchkey/core/node';
import { FileTokenStorage } from '@latchkey/storage-file';
import { Command, CommanderError } from 'commander';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process, { env } from 'node:process';

const api = env['ACME_API'] ?? 'https://api.acme.example';
const clientId = env['ACME_CLIENT_ID'] ?? 'acme-cli';
const clientSecret = env['ACME_CLIENT_SECRET']; // in CI: the program is logged in, not a person
const server = { issuer: env['ACME_ISSUER'] ?? 'https://login.acme.example', clientId, allowedOrigins: [api] };

const storage = () => new FileTokenStorage({ folder: join(appFolder('acme'), 'logins') }, { perKey: true });
const chosen = () => join(appFolder('acme'), 'account'); // by need: in CI there may be no home folder
const interrupted = new AbortController();
const { signal } = interrupted;
for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(name, () => interrupted.abort());
// EPIPE: whoever reads has enough, as in acme api /list | head. What else fails is told, which console.log does not do.
process.stdout.once('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
const print = (line: unknown) => process.stdout.write(`${String(line)}\n`);

const acme = new Command('acme').description('Logs in to Acme and calls its API.').exitOverride();
acme.option('-a, --account <name>', 'which login, by a name of your own (default: the one of switch)');

command('login', 'log in, by a browser or by a code', async () => {
  if (clientSecret) throw new TypeError('ACME_CLIENT_SECRET is set, which needs no login.');
  const options = personal();
  const device = new latchkey.DeviceCodeFlow(options);
  const redirect = loopbackRedirect({ programName: 'acme' });
  const authorizationParameters = { prompt: 'consent' }; // some servers give refresh tokens only then
  const browser = new latchkey.AuthorizationCodeFlow({ ...options, authorizationParameters, redirect });
  await logIn({ browser, device }, { signal });
  if (!readChosen()) choose(account());
  console.error(`Logged in: account ${account()}.`);
});

command('logout', 'end the login', async () => {
  const flow = authorized();
  const isLoggedIn = (await flow.reload()) !== undefined;
  if (isLoggedIn) await flow.logout({ signal }).catch(warnOfRevocation);
  console.error(isLoggedIn ? `Logged out: account ${account()}.` : 'Not logged in.');
});

command('accounts', 'list the logins; * is the one in use', async () => {
  for (const name of await accounts()) print(`${name === account() ? '*' : ' '} ${name}`);
});

command('switch <account>', 'use another login from now on', async (name) => {
  const known = await accounts();
  if (!known.includes(name)) throw new TypeError(`No account ${name}; there are: ${known.join(', ') || 'none'}.`);
  choose(name);
});

command('token', 'print an access token that is good', async () => {
  print(await authorized().getAccessTokenRefreshIfNecessary({ signal }));
});

command('whoami', 'print who is logged in', async () => {
  const claims = clientSecret ? { sub: clientId } : await authorized().fetchUserInfo({ signal });
  print(claims['email'] ?? claims.sub);
});

command('api <path>', 'call the API', async (path) => {
  const response = await authorized().fetch(new URL(path, api), { signal });
  process.stdout.write(Buffer.from(await response.arrayBuffer()));
  const refused = latchkey.explainResponse(response);
  if (refused) throw refused;
  if (!response.ok) throw new Error(`The API answered ${response.status}.`);
});

try {
  await acme.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode && 2;
  else {
    process.exitCode = signal.aborted ? 130 : error instanceof latchkey.LoginRequiredError ? 4 : 1;
    console.error(signal.aborted ? 'Interrupted.' : `acme: ${describe(error)}`);
  }
}

function command(usage: string, description: string, action: (argument: string) => Promise<void>): void {
  acme.command(usage).description(description).action(action);
}

function personal() {
  return { ...server, scope: 'openid profile email offline_access', storage: storage(), account: account() };
}

function authorized() {
  if (clientSecret) return new latchkey.ClientCredentialsFlow({ ...server, clientSecret });
  return new latchkey.DeviceCodeFlow(personal());
}

function account(): string {
  return acme.opts<{ account?: string }>().account || readChosen() || 'default';
}

function readChosen(): string {
  try {
    return readFileSync(chosen(), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // none was chosen
    throw error; // else another account would be taken, without a word
  }
}

function choose(name: string): void {
  const fresh = `${chosen()}.${process.pid}`;
  writeFileSync(fresh, name);
  renameSync(fresh, chosen()); // who reads meanwhile finds the one or the other
}

async function accounts(): Promise<string[]> {
  const names: string[] = [];
  const flow = new latchkey.DeviceCodeFlow(personal());
  for await (const { account, key } of storage().list()) {
    if (account && flow.withAccount(account).key === key) names.push(account); // others are of another server or client
  }
  return names.sort();
}

function warnOfRevocation(error: unknown): void {
  if (!(error instanceof latchkey.RevocationFailedError)) throw error;
  console.error(`${error.message} ${error.remedy}`); // logged out here all the same
}

function describe(error: unknown): string {
  if (!(error instanceof latchkey.AuthFlowError)) return reason(error as NodeJS.ErrnoException);
  const canLogIn = error instanceof latchkey.LoginRequiredError && !(error instanceof latchkey.LoginUnavailableError);
  const which = canLogIn && account() !== 'default' ? ` -a '${account()}'` : '';
  return `${error.message} ${canLogIn ? `Run acme login${which}, in a terminal.` : error.remedy}`;
}

function reason({ message, code, cause }: NodeJS.ErrnoException): string {
  return cause ? `${message}: ${reason(cause as Error)}` : message || String(code); // fetch failed: …
}
