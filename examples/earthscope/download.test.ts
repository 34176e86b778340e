import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, UnauthorizedError } from '@latchkey/core';
import { type FakeAuthorizationServer, faults } from '@latchkey/core/testing';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { download } from '../dist/earthscope/download.js';
import { startTwin } from '../dist/earthscope/earthscope-twin.js';
import { ProgressBar } from '../dist/earthscope/progress-bar.js';

let server: FakeAuthorizationServer;
let folder: string;
let file: string;
let fetch: typeof globalThis.fetch;

beforeEach(async () => {
  server = await startTwin();
  folder = mkdtempSync(join(tmpdir(), 'latchkey-download-'));
  file = join(folder, 'big.dat');
  const secret = { clientSecret: 'machine-secret', clientAuthentication: 'client_secret_post' } as const;
  fetch = new ClientCredentialsFlow({ issuer: server.issuer, clientId: 'machine', ...secret }).asFetch();
});

afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('a download', () => {
  test('comes in pieces, and tells how far it is', async () => {
    server.nextAnswers({ endpoint: 'api' }, faults.oversize(1_000_000));
    const progress: (readonly [number, number | undefined])[] = [];
    await download(`${server.api}/files/big.dat`, file, { fetch, onProgress: (...seen) => void progress.push(seen) });
    const size = readFileSync(file).length;
    expect(size).toBeGreaterThan(1_000_000);
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.at(-1)).toEqual([size, size]);
    expect(readdirSync(folder)).toEqual(['big.dat']);
  });

  test('that is cut off leaves nothing, and the file that was there before', async () => {
    await download(`${server.api}/files/big.dat`, file, { fetch });
    const before = readFileSync(file, 'utf8');
    server.nextAnswers({ endpoint: 'api' }, faults.truncate());
    await expect(download(`${server.api}/files/other.dat`, file, { fetch })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['big.dat']);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('can be asked for twice at once', async () => {
    await Promise.all([1, 2].map(() => download(`${server.api}/files/big.dat`, file, { fetch })));
    expect(readdirSync(folder)).toEqual(['big.dat']);
  });

  test('can be interrupted', async () => {
    const interrupted = new AbortController();
    server.nextAnswers({ endpoint: 'api' }, faults.drip(20));
    const onProgress = (): void => interrupted.abort(new Error('enough'));
    const options = { fetch, onProgress, signal: interrupted.signal };
    await expect(download(`${server.api}/files/big.dat`, file, options)).rejects.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that the server refuses says why', async () => {
    await expect(download(`${server.api}/files/big.dat?scope=secret`, file, { fetch })).rejects.toMatchObject({
      constructor: UnauthorizedError,
      code: 'INSUFFICIENT_SCOPE',
    });
    await expect(download(`${server.issuer}/nowhere`, file, { fetch })).rejects.toThrow('status 404');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a progress bar', () => {
  function draw(isTTY: boolean, steps: readonly (readonly [number, number | undefined])[], columns = 60): string {
    let drawn = '';
    const output = { isTTY, columns, write: (text: string) => (drawn += text) };
    using bar = new ProgressBar(output, 'big.dat');
    for (const step of steps) bar.show(...step);
    return drawn;
  }

  test('grows on a terminal', () => {
    const drawn = draw(true, [
      [0, 200],
      [100, 200],
      [100, 200],
      [200, 200],
    ]).split('\r');
    expect(drawn.map((line) => line.replace('\u001b[K', ''))).toEqual([
      '',
      `big.dat [${' '.repeat(30)}] 0 %`,
      `big.dat [${'='.repeat(15)}${' '.repeat(15)}] 50 %`,
      `big.dat [${'='.repeat(30)}] 100 %`,
    ]);
  });

  test('counts bytes where the length is unknown, and keeps to the width', () => {
    expect(draw(true, [[4096, undefined]])).toBe('\rbig.dat 4096 bytes\u001b[K');
    expect(draw(true, [[4096, undefined]], 12)).toBe('\rbig.dat 4096\u001b[K');
    expect(draw(true, [[4096, undefined]], 0)).toBe('\rbig.dat 4096 bytes\u001b[K');
  });

  test('draws nothing anywhere else', () => {
    expect(draw(false, [[1, 2]])).toBe('');
  });
});
