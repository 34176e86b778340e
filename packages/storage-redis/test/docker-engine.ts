import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { runHere, type RunningServer } from './running-server.js';

/**
 * Starts a server in a container. It sees its folder and nothing else, as the folder's owner: the image would go on as
 * a user that cannot enter it. The container outlives the program that shows it, so signals go by `docker kill`.
 */
export function runInDocker(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): RunningServer {
  const name = `latchkey-${randomUUID()}`;
  const { uid, gid } = statSync(folder);
  const place = [`--volume=${folder}:${folder}`, `--workdir=${folder}`, `--user=${uid}:${gid}`];
  const options = ['--rm', `--name=${name}`, '--network=host', ...place, '--entrypoint=redis-server'];
  const { process } = runHere('docker', ['run', ...options, 'redis:7-alpine', ...args], folder, env);
  return {
    process,
    signal(signal) {
      const sent = spawnSync('docker', ['kill', `--signal=${signal}`, name], { stdio: 'ignore', env });
      // There is no container yet.
      if (sent.status !== 0 && signal === 'SIGKILL') process.kill('SIGTERM');
    },
  };
}
