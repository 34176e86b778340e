#!/usr/bin/env bash
# docker 26.1.5 (Debian 13), `docker manifest inspect` with a password that the registry refuses: 401, without a body, which the
# OCI distribution specification leaves to the registry.
# Expected: the 401 is told as such, as it is ("unauthorized") where the same answer has a body with a code.
# Seen: "no such manifest: host/image:latest". The registry had answered 401 to each request.
# Why it matters: scripts ask by this command whether an image is there, and build and push it if not: a password that has
# ended looks like an image that is not there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download docker-cli libc6
for file in *.deb; do dpkg -x "$file" root; done
libraries=$(dirname root/usr/lib/*/libc.so.6)
loader=$(echo "$libraries"/ld-linux-*.so.*)
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const [loader, libraries] = process.argv.slice(2);
const docker = (...args) =>
  promisify(execFile)(loader, ['--library-path', libraries, 'root/usr/bin/docker', ...args], {
    env: { HOME: process.cwd(), DOCKER_CONFIG: `${process.cwd()}/config` },
  }).catch((error) => error);
const answers = new Set();
const server = createServer((request, response) => {
  answers.add(`${request.headers.authorization?.split(' ')[0] ?? 'none'} 401`);
  response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
}).listen(0, '127.0.0.1', async () => {
  const host = `127.0.0.1:${server.address().port}`;
  mkdirSync('config');
  const auth = Buffer.from('ada:a password that has ended').toString('base64');
  writeFileSync('config/config.json', JSON.stringify({ auths: { [host]: { auth } } }));
  console.log((await docker('--version')).stdout.trim());
  const { code, stderr } = await docker('manifest', 'inspect', '--insecure', `${host}/image:latest`);
  server.close();
  console.log('the registry answered (scheme sent, status):', [...answers]);
  console.log(`docker, exit code ${code}: ${stderr.trim()}`);
  assert.ok(answers.has('Basic 401'));
  assert.match(stderr, /^no such manifest/m);
  assert.doesNotMatch(stderr, /unauthorized|authentication required/i);
});
JS
node program.mjs "$loader" "$libraries"
