import { spawnSync } from 'node:child_process';
import { installFromDebian } from '../../core/test/scenes/debian-package.js';
import { runInDocker } from './docker-engine.js';
import { runHere, type RunningServer } from './running-server.js';

/** Starts a Redis or Valkey server that works in `folder`, with the server's own arguments. */
export type RedisEngine = (folder: string, args: readonly string[]) => RunningServer;

let found: RedisEngine | undefined;

/** Finds a server, or installs one; asks for `LATCHKEY_REDIS` first, the path of a server of one's choice. */
export function findEngine(): RedisEngine {
  return (found ??= searchEngine(process.env));
}

/** The same for another environment. */
export function searchEngine(env: NodeJS.ProcessEnv): RedisEngine {
  const engine = onPath(env) ?? inDocker(env);
  if (engine) return engine;
  installFromDebian('Redis', ['redis-server'], env);
  const brought = onPath(env);
  if (!brought) throw new Error('The Debian package redis-server brought no server that runs.');
  return brought;
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

function works(env: NodeJS.ProcessEnv, command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000, env }).status === 0;
}
