import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { freePorts } from './free-port.js';
import { findEngine, searchEngine } from './redis-engine.js';
import { RedisServer } from './redis-server.js';
import { killServer } from './running-server.js';
import { errorOf, key, overwriting, someTokens, until } from './some.js';

const fakeDocker = join(import.meta.dirname, 'children/fake-docker.mjs');
findEngine();
const { LATCHKEY_REDIS, PATH = '' } = process.env;
const here = [LATCHKEY_REDIS ?? '', 'redis-server', 'valkey-server']
  .filter((name) => name !== '')
  .flatMap((name) => (name.includes('/') ? [name] : PATH.split(':').map((place) => join(place, name))))
  .find((file) => existsSync(file));
if (!here) console.warn('Left out: the Redis of this machine; there is none on the PATH.');
const onThisMachine = here ? describe : describe.skip;

let folder: string;
let state: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-engine-'));
  state = join(folder, 'state');
  mkdirSync(state);
  env = { PATH: folder, FAKE_DOCKER_FOLDER: state, FAKE_DOCKER_SERVER: here };
});
afterEach(() => rmSync(folder, { recursive: true }));

function putDocker(): void {
  const script = join(folder, 'docker');
  writeFileSync(script, `#!/bin/sh\nexec '${process.execPath}' '${fakeDocker}' "$@"\n`);
  chmodSync(script, 0o755);
}

const commands = (): string[] => readFileSync(join(state, 'log'), 'utf8').trim().split('\n');
const containers = (): string[] => readdirSync(state).filter((name) => name !== 'log');

onThisMachine('The server of these tests', () => {
  test('is the one that LATCHKEY_REDIS names, and no other when that does not run', async () => {
    symlinkSync('/bin/false', join(folder, 'redis-server'));
    await using server = await RedisServer.start({
      engine: searchEngine({ ...env, LATCHKEY_REDIS: here }),
    });
    expect(await server.send('PING')).toBe('PONG');
    const nothing = { ...env, LATCHKEY_REDIS: '/nowhere/redis-server' };
    expect(() => searchEngine(nothing)).toThrow('LATCHKEY_REDIS does not name a server that runs.');
  });

  test('may be a valkey-server on PATH', async () => {
    symlinkSync(resolve(here!), join(folder, 'valkey-server'));
    await using server = await RedisServer.start({ engine: searchEngine(env) });
    expect(await server.send('PING')).toBe('PONG');
  });

  test('is none when there is nothing and nothing can be installed, and says what to type', () => {
    const advice = 'These tests need Redis. Type: sudo apt-get update && sudo apt-get install redis-server';
    expect(() => searchEngine(env)).toThrow(advice);
  });
});

onThisMachine('A server in Docker, by a stand-in for docker', () => {
  test('has TLS and an ACL user, can be frozen, and is gone when it is killed', async () => {
    putDocker();
    const server = await RedisServer.start({ engine: searchEngine(env) });
    const storage = new RedisTokenStorage({ ...server.secure, timeout: 1 });
    await storage.save(key, someTokens(1), overwriting);
    server.signal('SIGSTOP');
    expect(await errorOf(storage.load(key))).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    server.signal('SIGCONT');
    expect((await storage.load(key))?.generation).toBe(1);
    await storage.close();
    expect(containers()).toHaveLength(1);
    await server.kill();
    expect(containers()).toEqual([]);
    await expect(server.send('PING')).rejects.toThrow('ECONNREFUSED');
    expect(commands().slice(-4)).toEqual(['run', 'kill', 'kill', 'kill']);
  });

  test('outlives its client, so that a signal to that alone would leave it behind', async () => {
    putDocker();
    const engine = searchEngine(env);
    const [port = 0] = await freePorts(1);
    const running = engine(folder, ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
    const ping = (): Promise<unknown> => RedisServer.sendTo(`redis://127.0.0.1:${port}`, ['PING']).catch(() => 'none');
    await until(async () => (await ping()) === 'PONG');
    running.process.kill('SIGKILL');
    await once(running.process, 'exit');
    expect(await ping()).toBe('PONG');
    running.signal('SIGKILL');
    await until(async () => (await ping()) !== 'PONG');
  });

  test('that is killed before there is a container ends too', async () => {
    putDocker();
    const engine = searchEngine(env);
    const running = engine(folder, ['--port', '0']);
    await killServer(running);
    expect(containers()).toEqual([]);
  });

  test('sees its own folder and no other', async () => {
    putDocker();
    const engine = searchEngine(env);
    const { process } = engine(folder, ['--port', '0', '--dir', '/tmp']);
    const code = await new Promise((resolve) => process.once('exit', resolve));
    expect(code).toBe(125);
  });
});
