import { expect } from '@jest/globals';
import { DeviceCodeFlowSimple, TokenSet } from '@latchkey/core';
import type { FakeAuthorizationServer } from '@latchkey/core/testing';
import { FileTokenStorage, type Locking } from '@latchkey/storage-file';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, run, script } from './child.js';
import { makeFolder } from './folder.js';

/** Callers of each process. */
export const callers = 100;

/** What the callers of one process got: tokens, each once, and codes of errors with their number. */
export interface Report {
  readonly tokens: string[];
  readonly failures: Record<string, number>;
}

/** Logs in, and lets the stored token have ended. */
export async function storeEndedLogin(
  server: FakeAuthorizationServer,
  path: string,
  locking?: Locking,
): Promise<{ storage: FileTokenStorage; key: string }> {
  const storage = new FileTokenStorage(path, { locking });
  const { issuer, tokenEndpoint } = server;
  const flow = new DeviceCodeFlowSimple({
    server: { issuer, tokenEndpoint, deviceAuthorizationEndpoint: `${issuer}/device_authorization` },
    clientId: 'cli',
    storage,
    promptUser: () => undefined,
  });
  const tokens = await flow.doFlow();
  await flow.importTokens(TokenSet.from({ ...tokens.toJSON(), issued_at: 1, expires_at: 2 }));
  server.ledger.clear();
  return { storage, key: flow.key };
}

/** One process of the herd: the path by which it knows the tokens, its kind of locking, and what runs it. */
export interface Member {
  readonly path: string;
  readonly locking?: string;
  readonly command?: readonly string[];
}

export const rounds = Number(process.env['LATCHKEY_ROUNDS'] ?? 2);

export function herdOf(processes: number, member: Member): Member[] {
  return Array.from({ length: processes }, () => member);
}

/** Expects that one request was sent, and that all callers got its token, which is stored. */
export async function expectOneRenewal(
  server: FakeAuthorizationServer,
  { storage, key }: { readonly storage: FileTokenStorage; readonly key: string },
  reports: readonly Report[],
): Promise<void> {
  expect(server.ledger.reuses).toBe(0);
  server.ledger.assertTokenRequests(1);
  const issued = server.ledger.tokenRequests[0]?.issued;
  expect(reports).toEqual(reports.map(() => ({ tokens: [issued?.accessToken], failures: {} })));
  expect((await storage.load(key))?.refreshToken).toBe(issued?.refreshToken);
}

/** Starts the processes, lets all of their callers begin at once, and collects what they got. */
export async function stampede(server: FakeAuthorizationServer, members: readonly Member[]): Promise<Report[]> {
  const go = join(makeFolder(), 'go');
  const children: Child[] = members.map(({ path, locking = 'auto', command = [process.execPath] }) => {
    const [program = '', ...args] = command;
    return run(program, [...args, script('herd.mjs'), server.issuer, path, String(callers), locking, go]);
  });
  try {
    await Promise.all(children.map((child) => child.says('ready')));
    writeFileSync(go, '');
    const lines = await Promise.all(children.map((child) => child.says('report ')));
    return lines.map((line) => JSON.parse(line.slice('report '.length)) as Report);
  } finally {
    await Promise.all(children.map((child) => child.kill()));
  }
}
