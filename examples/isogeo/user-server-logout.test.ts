import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { AuthorizationCodeFlow, MemoryTokenStorage } from '@latchkey/core';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PendingLogins } from '../dist/isogeo/pending-logins.js';
import { createUserServer } from '../dist/isogeo/user-server.js';

let folder: string;
let server: FakeAuthorizationServer;
let storage: MemoryTokenStorage;
let service: Server;
let home: string;

/** The service at a server that can revoke tokens, which those of Isogeo's credentials files do not say. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-isogeo-'));
  server = await FakeAuthorizationServer.start();
  storage = new MemoryTokenStorage();
  const flow = new AuthorizationCodeFlow({
    issuer: server.issuer,
    clientId: 'user-app',
    redirectUri: 'http://service.localhost/login/callback',
    scope: 'offline_access',
    storage,
  });
  service = createUserServer({ flow, logins: new PendingLogins(join(folder, 'logins')), api: server.issuer });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  home = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});

afterEach(async () => {
  service.closeAllConnections();
  service.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const cookieOf = ({ headers }: Response): string => headers.get('set-cookie')?.split(';')[0] ?? '';

test('a logout of which the server takes no notice ends the session all the same', async () => {
  const begun = await fetch(`${home}/login`, { redirect: 'manual' });
  const approved = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const { pathname, search } = new URL(approved.headers.get('location') ?? '');
  const headers = { cookie: cookieOf(begun) };
  const ended = await fetch(`${home}${pathname}${search}`, { headers, redirect: 'manual' });
  const session = { cookie: cookieOf(ended) };
  server.ledger.assertTokenRequests(1, { grantType: 'authorization_code' });

  server.nextAnswers({ endpoint: 'revoke', times: Infinity }, faults.html(503));
  const answer = await fetch(`${home}/logout`, { method: 'POST', headers: session });
  expect(server.ledger.count({ endpoint: 'revoke' })).toBeGreaterThan(0);
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
    204,
    expect.stringMatching(/^session=; .*Max-Age=0/),
  ]);
  const me = await fetch(`${home}/me`, { headers: session, redirect: 'manual' });
  expect([me.status, me.headers.get('location')]).toEqual([302, '/login']);
});

test('a browser is told the code of what is wrong at the service, and no path or address there', async () => {
  const headers = { cookie: 'session=another' };
  const login = await fetch(`${home}/login/callback?code=c&state=s`, { headers, redirect: 'manual' });
  expect(await login.json()).toMatchObject({ code: 'STATE_MISMATCH', remedy: expect.any(String) });

  storage.load = () => Promise.reject(new Error('/srv/app/data/tokens: no space left'));
  const me = await fetch(`${home}/me`, { headers, redirect: 'manual' });
  expect([me.status, await me.json()]).toEqual([503, { name: 'StorageUnavailableError', code: 'STORAGE_UNAVAILABLE' }]);
});
