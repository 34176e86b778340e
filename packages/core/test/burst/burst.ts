import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type AuthFlow, DeviceCodeFlowSimple, type TokenStorage } from '@latchkey/core';
import { FakeAuthorizationServer, type Fault, faults } from '@latchkey/core/testing';

/** What a {@link burst} is made of. */
export interface BurstOptions {
  /** How many accounts are due at once. */
  readonly accounts: number;
  /** Where their logins are. */
  readonly storage: TokenStorage;
  /** A module that exports `createStorage`, which opens the same storage in the child, and its arguments. */
  readonly storageModule: string;
  readonly storageArguments: readonly unknown[];
  /** Whether half of the answers fail. */
  readonly fails?: boolean;
}

/** What a {@link burst} came to. */
export interface Burst {
  /** How many accounts got a new token in both rounds. */
  readonly served: number;
  /** The tokens that they have at the end. */
  readonly tokens: readonly string[];
  /** How many calls failed, by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** How many requests were under way at once, how many locks held, and how many descriptors open. */
  readonly mostRequests: number;
  readonly mostLocks: number;
  readonly mostDescriptors: number;
  readonly requests: number;
  readonly reuses: number;
  readonly seconds: number;
}

const served = 10; // milliseconds that an answer takes

/** Lets one process with 256 descriptors want tokens for many accounts at once, twice. */
export async function burst({ accounts, fails = false, ...options }: BurstOptions): Promise<Burst> {
  await using server = await FakeAuthorizationServer.start({ rotation: fails ? { grace: 3600 } : 'rotate' });
  await storeLogins(server, options.storage, accounts);
  server.ledger.clear();
  const seen = { mostRequests: 0 };
  const underWay = new Set<{ readonly answered: string }>();
  server.nextAnswers({ endpoint: 'token', times: Infinity }, (entry) => {
    for (const earlier of underWay) if (earlier.answered !== 'pending') underWay.delete(earlier);
    underWay.add(entry);
    seen.mostRequests = Math.max(seen.mostRequests, underWay.size);
    return fails ? half(entry.number) : faults.delay(served);
  });
  const { storageModule, storageArguments } = options;
  const told = await inChild([
    server.issuer,
    storageModule,
    JSON.stringify(storageArguments),
    String(accounts),
    fails ? '20' : '1', // the pauses after failures are many
  ]);
  return { ...told, ...seen, requests: server.ledger.count({ endpoint: 'token' }), reuses: server.ledger.reuses };
}

/** Fails every second answer: an outage, a connection that is cut before the server acts, and one after. */
function half(number: number): Fault {
  const fates = [faults.html(503), faults.reset(), faults.html(503), faults.reset({ processed: true })];
  return (number % 2 === 0 && fates[(number / 2) % 4]) || faults.delay(served);
}

async function storeLogins(server: FakeAuthorizationServer, storage: TokenStorage, accounts: number): Promise<void> {
  const { issuer, tokenEndpoint } = server;
  const deviceAuthorizationEndpoint = `${issuer}/device`;
  const flow = new DeviceCodeFlowSimple({
    server: { issuer, tokenEndpoint, deviceAuthorizationEndpoint },
    clientId: 'cli',
    storage,
  });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < accounts) await storeLogin(server, flow.withAccount(`account ${next++}`));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function storeLogin({ tokenEndpoint }: FakeAuthorizationServer, flow: AuthFlow): Promise<void> {
  const body = new URLSearchParams({ grant_type: 'password', username: 'ada', password: 'pw', client_id: 'cli' });
  const answer = await fetch(tokenEndpoint, { method: 'POST', body });
  const { refresh_token } = (await answer.json()) as { refresh_token: string };
  await flow.importTokens({ refresh_token });
}

async function inChild(args: readonly string[]): Promise<Omit<Burst, 'mostRequests' | 'requests' | 'reuses'>> {
  const program = join(import.meta.dirname, 'child.mjs');
  const command = ['-c', 'ulimit -n 256; exec "$@"', 'sh', process.execPath, program, ...args];
  const child = spawn('sh', command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const [told] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`The child ended with ${code}.`))),
    ])) as [Burst];
    return told;
  } finally {
    child.kill('SIGKILL');
  }
}
