/** An application of Next.js with a route that logs in, built and started: as it stands, and as a folder moved away. */
import { copyFileSync, cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { expectTold } from './consumer-builds.mjs';
import { run } from './steps.mjs';

const versions = { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' };
const quiet = { NEXT_TELEMETRY_DISABLED: '1' };
const sources = {
  'app/layout.jsx': 'export default ({ children }) => <html><body>{children}</body></html>;',
  'app/login/route.js': `import { logIn } from '../../log-in.mjs';
    export const dynamic = 'force-dynamic';
    export const GET = async () => new Response(await logIn(process.env.TOKENS));`,
  'next.config.mjs': `const standalone = { output: 'standalone', outputFileTracingRoot: import.meta.dirname };
    export default process.env.STANDALONE ? standalone : {};`,
};
const done = 'logged in, saved and renewed, locked by';

/** Resolves to what is wrong. @param folder - where the tarballs are @param place - an empty folder */
export async function nextErrors(folder, place) {
  const application = path.join(place, 'application');
  for (const [name, text] of Object.entries(sources)) {
    mkdirSync(path.dirname(path.join(application, name)), { recursive: true });
    writeFileSync(path.join(application, name), text);
  }
  copyFileSync(path.join(folder, 'log-in.mjs'), path.join(application, 'log-in.mjs'));
  const dependencies = { ...versions };
  for (const file of readdirSync(folder).filter((file) => /^latchkey-(core|storage-file)-.*\.tgz$/.test(file))) {
    copyFileSync(path.join(folder, file), path.join(application, file));
    dependencies[`@latchkey/${/core|storage-file/.exec(file)[0]}`] = `file:${file}`;
  }
  writeFileSync(path.join(application, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const installed = await run(['npm', 'install', '--no-audit', '--no-fund'], { cwd: application });
  if (installed.code !== 0) return [installed.output];
  const next = path.join(application, 'node_modules/next/dist/bin/next');
  const errors = [];
  for (const bundler of ['--turbopack', '--webpack']) {
    const build = [process.execPath, next, 'build', bundler];
    const told = await run(build, { cwd: application, env: quiet });
    errors.push(
      ...(told.code === 0
        ? await served([next, 'start', '--hostname', '127.0.0.1'], application, 'kernel')
        : [told.output]),
    );
  }
  const standalone = [process.execPath, next, 'build'];
  const told = await run(standalone, { cwd: application, env: { ...quiet, STANDALONE: '1' } });
  if (told.code !== 0) return [...errors, told.output];
  const moved = path.join(place, 'moved');
  cpSync(path.join(application, '.next/standalone'), moved, { recursive: true, verbatimSymlinks: true });
  renameSync(application, `${application}-away`);
  return [...errors, ...(await served(['server.js'], moved, 'lock file'))];
}

/** Starts a server, asks it to log in, and stops it. */
async function served(command, cwd, lock) {
  const port = await freePort();
  const env = {
    ...process.env,
    ...quiet,
    HOSTNAME: '127.0.0.1',
    PORT: String(port),
    TOKENS: path.join(cwd, `${port}.json`),
  };
  const server = spawn(process.execPath, command, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(server, 'exit');
  try {
    const hasEnded = () => server.exitCode !== null || server.signalCode !== null;
    while (!output.includes('Ready') && !hasEnded()) await new Promise((wake) => setTimeout(wake, 50));
    const response = await fetch(`http://127.0.0.1:${port}/login`);
    return expectTold(`${done} ${lock}`, `${await response.text()}\n${output}`).map((line) => `${command[0]}: ${line}`);
  } catch (error) {
    return [`${error}: ${output}`];
  } finally {
    server.kill();
    await ended;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
