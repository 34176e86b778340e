import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How to start a Redis or Valkey server: a command to put the server's own arguments behind. */
export interface RedisEngine {
  readonly command: string;
  /** Arguments for a server that works in `folder`. */
  readonly before: (folder: string) => readonly string[];
}

let found: RedisEngine | undefined;

/** Finds a server, or installs one; asks for `LATCHKEY_REDIS` first, the path of a server of one's choice. */
export async function findEngine(): Promise<RedisEngine> {
  return (found ??= onPath() ?? inDocker() ?? (await fromDebian()));
}

function onPath(): RedisEngine | undefined {
  const candidates = [process.env['LATCHKEY_REDIS'], 'redis-server', 'valkey-server'];
  const command = candidates.find((name) => name !== undefined && works(name, '--version'));
  return command === undefined ? undefined : { command, before: () => [] };
}

function inDocker(): RedisEngine | undefined {
  if (!works('docker', 'info')) return undefined;
  const run = (folder: string) => ['run', '--rm', '--network=host', `--volume=${folder}:${folder}`];
  return { command: 'docker', before: (folder) => [...run(folder), 'redis:7-alpine', 'redis-server'] };
}

/** One test file installs, the others wait for it. */
async function fromDebian(): Promise<RedisEngine> {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error('These tests need Redis. Type: sudo apt-get update && sudo apt-get install redis-server');
  }
  const turn = join(tmpdir(), 'latchkey-redis-install');
  for (;;) {
    const engine = onPath();
    if (engine) return engine;
    try {
      mkdirSync(turn);
    } catch {
      if (Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 300_000) rmdirSync(turn);
      await new Promise((resolve) => setTimeout(resolve, 500));
      continue;
    }
    try {
      install();
    } finally {
      rmdirSync(turn);
    }
  }
}

/** The package would start a service that stays; a policy of its own forbids that while it is installed. */
function install(): void {
  if (onPath()) return;
  console.error('Redis is needed for these tests: installing the Debian package redis-server.');
  const policy = '/usr/sbin/policy-rc.d';
  const isOwn = !existsSync(policy);
  if (isOwn) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: string[]) => spawnSync('apt-get', ['-q', '-y', ...args], { env, encoding: 'utf8' });
    apt('update');
    const { status, stderr } = apt('install', '--no-install-recommends', 'redis-server');
    spawnSync('systemctl', ['disable', 'redis-server']);
    if (status !== 0) throw new Error(`apt-get install redis-server failed: ${stderr}`);
  } finally {
    if (isOwn) rmSync(policy);
  }
}

function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
