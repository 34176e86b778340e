// Stands in for docker where there is none: runs a real server, if a container with these arguments could run it.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { FAKE_DOCKER_FOLDER: state, FAKE_DOCKER_SERVER: server } = process.env;
const [command, ...args] = process.argv.slice(2);
appendFileSync(join(state, 'log'), `${command}\n`);
if (command === 'run') run();
else if (command === 'kill') kill();
else if (command !== 'info') fail(`unknown command ${command}`);

function run() {
  const image = args.findIndex((word) => !word.startsWith('--'));
  const given = args.slice(image + 1);
  const options = Object.fromEntries(args.slice(0, image).map((word) => word.slice(2).split('=')));
  const [outside, inside] = options.volume.split(':');
  const { uid, gid } = statSync(outside);
  if (args[image] !== 'redis:7-alpine' || options.entrypoint !== 'redis-server') fail('unknown image or program');
  if (options.network !== 'host') fail('its ports cannot be reached');
  if (outside !== inside || options.workdir !== inside) fail('its folder has another name inside');
  if (options.user !== `${uid}:${gid}`) fail('its user cannot enter its folder');
  const unseen = given.filter((word) => word.startsWith('/') && !`${word}/`.startsWith(`${inside}/`));
  if (unseen.length > 0) fail(`it cannot see ${unseen.join(' ')}`);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  // The container is not a child of the client: it lives on when the client is killed.
  const child = spawn(server, given, { cwd: outside, stdio: 'ignore', detached: true, env: {} });
  const container = join(state, options.name);
  writeFileSync(container, String(child.pid));
  child.on('exit', (code) => {
    rmSync(container);
    process.exit(code ?? 137);
  });
}

function kill() {
  const [option, name] = args;
  const [, signal] = option.split('--signal=');
  process.kill(Number(readFileSync(join(state, name), 'utf8')), signal);
}

function fail(message) {
  console.error(message);
  process.exit(125);
}
