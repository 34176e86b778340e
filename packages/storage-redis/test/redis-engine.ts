import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInDocker } from './docker-engine.js';
import { runHere, type RunningServer } from './running-server.js';

/** Starts a Redis or Valkey server that works in `folder`, with the server's own arguments. */
export type RedisEngine = (folder: string, args: readonly string[]) => RunningServer;

let found: Promise<RedisEngine> | undefined;

/** Finds a server, or installs one; asks for `LATCHKEY_REDIS` first, the path of a server of one's choice. */
export function findEngine(): Promise<RedisEngine> {
  return (found ??= searchEngine(process.env, process.getuid?.()));
}

/** The same for another environment and user. */
export async function searchEngine(env: NodeJS.ProcessEnv, user: number | undefined): Promise<RedisEngine> {
  return onPath(env) ?? inDocker(env) ?? (await fromDebian(env, user));
}

function onPath(env: NodeJS.ProcessEnv): RedisEngine | undefined {
  const chosen = env['LATCHKEY_REDIS'];
  if (chosen && !works(env, chosen, '--version')) throw new Error('LATCHKEY_REDIS does not name a server that runs.');
  const candidates = chosen ? [chosen] : ['redis-server', 'valkey-server'];
  const command = candidates.find((name) => works(env, name, '--version'));
  return command === undefined ? undefined : (folder, args) => runHere(command, args, folder, env);
}

function inDocker(env: NodeJS.ProcessEnv): RedisEngine | undefined {
  return works(env, 'docker', 'info') ? (folder, args) => runInDocker(folder, args, env) : undefined;
}

/** One test file installs, the others wait for it, as do those that install Chromium: apt works for one at a time. */
async function fromDebian(env: NodeJS.ProcessEnv, user: number | undefined): Promise<RedisEngine> {
  if (user !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error('These tests need Redis. Type: sudo apt-get update && sudo apt-get install redis-server');
  }
  const turn = join(tmpdir(), 'latchkey-install');
  for (;;) {
    const engine = onPath(env);
    if (engine) return engine;
    try {
      mkdirSync(turn);
    } catch {
      if (Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 300_000) rmdirSync(turn);
      await new Promise((resolve) => setTimeout(resolve, 500));
      continue;
    }
    try {
      install(env);
    } finally {
      rmdirSync(turn);
    }
  }
}

/** The package would start a service that stays; a policy of its own forbids that while it is installed. */
function install(env: NodeJS.ProcessEnv): void {
  if (onPath(env)) return;
  console.error('Redis is needed for these tests: installing the Debian package redis-server.');
  const policy = '/usr/sbin/policy-rc.d';
  const isOwn = !existsSync(policy);
  if (isOwn) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: string[]) => spawnSync('apt-get', ['-q', '-y', ...args], { env: quiet, encoding: 'utf8' });
    apt('update');
    const { status, stderr } = apt('install', '--no-install-recommends', 'redis-server');
    spawnSync('systemctl', ['disable', 'redis-server']);
    if (status !== 0) throw new Error(`apt-get install redis-server failed: ${stderr}`);
  } finally {
    if (isOwn) rmSync(policy);
  }
}

function works(env: NodeJS.ProcessEnv, command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000, env }).status === 0;
}
