/** Processes that are really killed, while they renew a login over the storage of a bench. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('killed-caller.mjs', import.meta.url));

/** A process each call, which kills itself at a point of the renewal. */
export const kills = [
  { name: 'process killed before sending', point: 'before sending' },
  { name: 'process killed after the server acted', point: 'after the server acted', acts: true },
  { name: 'process killed after saving', point: 'after saving' },
].map((kill) => ({ ...kill, kills: true, begin: () => undefined }));

export async function dieRenewing(point, { place, grant, options, account, now }) {
  const { server, clientId } = options;
  const child = spawn(
    process.execPath,
    [program, JSON.stringify({ point, place, grant, server, clientId, account, now })],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const [, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`The process was to be killed ${point}, and was not.`);
}
