import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const core = join(import.meta.dirname, '../../dist/index.js');

/** Refreshes twice: once to load what is loaded late, and once when every descriptor is in use. */
const program = `
import { closeSync, openSync } from 'node:fs';
const [core, url, isShort] = process.argv.slice(1);
const { RefreshTokenFlow } = await import(core);
const refresh = async () => {
  const flow = new RefreshTokenFlow({ server: { tokenEndpoint: url }, clientId: 'app', refreshToken: 'rt-1', timeout: 5 });
  return flow.refresh().catch((error) => error);
};
let error = await refresh();
if (isShort) {
  const files = [];
  try {
    for (;;) files.push(openSync('/dev/null'));
  } catch {
    error = await refresh();
  }
  files.forEach(closeSync);
}
const { name, code, message, remedy, mayHaveArrived } = error;
console.log(JSON.stringify({ name, code, message, remedy, mayHaveArrived }));
process.exit();
`;

/** What a refresh came to in a process with an environment, and a number of descriptors, of its own. */
export async function refreshInChild(
  url: string,
  options: { readonly descriptors?: number; readonly environment?: Readonly<Record<string, string>> },
): Promise<unknown> {
  const { descriptors, environment } = options;
  const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors}; `;
  const node = [process.execPath, '--input-type=module', '-e', program, core, url, ...(limit === '' ? [] : ['short'])];
  const { stdout } = await promisify(execFile)('sh', ['-c', `${limit}exec "$0" "$@"`, ...node], {
    env: { ...process.env, ...environment },
  });
  return JSON.parse(stdout) as unknown;
}
