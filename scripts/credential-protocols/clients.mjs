/** The real clients: where each comes from, and one call of it that needs a token. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { run, StepFailed } from '../steps.mjs';
import { botocoreProgram, sdkProgram, withAws } from './aws.mjs';
import { withCargo } from './cargo.mjs';
import { debian, executable } from '../debian-release.mjs';
import { withDocker } from './docker.mjs';
import { withGit } from './git.mjs';
import { withKubectl } from './kubectl.mjs';

const sdk = '3.1177.0';

/** Downloads all clients to a folder, and returns them; each calls `task` with a command, its variables and its server. */
export async function realClients(folder, login) {
  const debian12 = await debian('bookworm', ['git', 'kubernetes-client', 'python3', 'python3-botocore'], folder);
  const debian13 = await debian('trixie', ['git', 'kubernetes-client', 'cargo', 'docker-cli'], folder);
  const certificate = await certificateFor(login);
  const packages = await sdkFolder(folder);
  const python = debian12('usr/bin/python3');
  const botocore = { PYTHONHOME: path.join(folder, 'bookworm/root/usr'), PYTHONNOUSERSITE: '1' };
  return [
    ...(await Promise.all([gitOf(debian12), gitOf(debian13)])),
    ...[
      [debian12, 'v1beta1'],
      [debian13, 'v1'],
    ].map(([from, version]) => {
      const kubectl = from('usr/bin/kubectl');
      const ask = (command) => [...command, 'get', 'pods'];
      return {
        name: 'kubectl',
        of: [[kubectl, 'version', '--client'], /v1\.[\d.]+\d/],
        what: `\`get pods\`, \`${version}\``,
        with: (task) => withKubectl(login, kubectl, version, certificate, (command) => task(ask(command), {})),
      };
    }),
    {
      name: 'botocore',
      of: [[python, '-c', 'import botocore; print(botocore.__version__)'], /[\d.]+/, botocore],
      what: 'one call',
      with: (task) => withAws(login, (env, sts) => task([python, '-c', botocoreProgram], { ...env, ...botocore }, sts)),
    },
    {
      name: 'AWS SDK for JavaScript',
      of: [['echo', sdk], /.+/],
      what: 'one call',
      hidesReason: true,
      with: (task) => withAws(login, (env, sts) => task([process.execPath, packages], env, sts)),
    },
    ...[
      ['resolves three dependencies', ['generate-lockfile', '--manifest-path', cargoProject(login)]],
      ['`owner --list`', ['owner', '--list', '--registry', 'own', 'abcd']],
    ].map(([what, args]) => {
      const cargo = debian13('usr/bin/cargo');
      // All that cargo wants of the compiler here is its version.
      const version = 'rustc 1.85.1\\nbinary: rustc\\nhost: x86_64-unknown-linux-gnu\\nrelease: 1.85.1\\n';
      const RUSTC = executable(path.join(login.folder, 'bin/rustc'), `printf '${version}'`);
      return {
        name: 'cargo',
        of: [[cargo, '--version'], /[\d.]+/],
        what,
        with: (task) => withCargo(login, cargo, (command, env) => task([command, ...args], { ...env, RUSTC })),
      };
    }),
    ...[
      ['`manifest inspect`', (image) => ['manifest', 'inspect', '--insecure', image], true],
      ['`pull`', (image) => ['pull', image]],
    ].map(([what, args, hidesReason]) => {
      const docker = debian13('usr/bin/docker');
      return {
        name: 'docker',
        of: [[docker, '--version'], /[\d.]+\d/],
        what,
        hidesReason,
        with: (task) => withDocker(login, docker, ([command], image, env) => task([command, ...args(image)], env)),
      };
    }),
  ];

  async function gitOf(from) {
    const git = from('usr/bin/git');
    const programs = path.dirname(from('usr/lib/git-core/git-remote-http'));
    const version = (await login.run([git, '--version'])).output.match(/[\d.]+/)[0];
    return {
      name: 'git',
      of: [[git, '--version'], /[\d.]+/],
      what: '`ls-remote`',
      asksAgain: Number(version.split('.')[1]) >= 46,
      with: (task) =>
        withGit(login, git, version, ([command, ...options], url) =>
          task([command, `--exec-path=${programs}`, ...options, 'ls-remote', url], {}),
        ),
    };
  }
}

async function certificateFor(login) {
  const [key, file] = ['key', 'certificate'].map((name) => path.join(login.folder, name));
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', file];
  const { code, output } = await run(['openssl', 'req', '-x509', ...made, ...subject]);
  if (code !== 0) throw new StepFailed(`openssl is needed for the certificate of a cluster: ${output}`);
  return { key: readFileSync(key), cert: readFileSync(file), file };
}

async function sdkFolder(folder) {
  const place = path.join(folder, 'sdk');
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'package.json'), '{"private":true}');
  const { code, output } = await run(
    ['npm', 'install', '--silent', '--no-audit', '--no-fund', `@aws-sdk/client-sts@${sdk}`],
    {
      cwd: place,
    },
  );
  if (code !== 0) throw new StepFailed(output);
  const program = path.join(place, 'program.mjs');
  writeFileSync(program, sdkProgram);
  return program;
}

function cargoProject({ folder }) {
  const project = path.join(folder, 'project');
  mkdirSync(path.join(project, 'src'), { recursive: true });
  writeFileSync(path.join(project, 'src/lib.rs'), '');
  const dependencies = ['abcd', 'abce', 'abcf'].map((name) => `${name} = { version = "1", registry = "own" }\n`);
  const text = `[package]\nname = "project"\nversion = "0.1.0"\n[dependencies]\n${dependencies.join('')}`;
  writeFileSync(path.join(project, 'Cargo.toml'), text);
  return path.join(project, 'Cargo.toml');
}
