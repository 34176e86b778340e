#!/usr/bin/env bash
# @kubernetes/client-node 2.0.1, a kubeconfig whose user is an exec plugin, at a cluster that ends a token before its time.
# Expected: after a 401 the plugin is asked again ("Client Authentication": a token is kept until it expires, until the server
# answers 401, or until the process ends), as kubectl does.
# Seen: it sends the refused token with each further request, until the time that the plugin had named. Where the plugin named
# none, which is optional, for as long as the process lives. The plugin is not told the version either, by KUBERNETES_EXEC_INFO.
# Why it matters: commands and tests are over before that; a controller that runs for weeks is locked out by one key rotation or
# sign-out, though its plugin has a good token all the time.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 > /dev/null
node=(node)
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 22 ] || node=(npx --yes node@22)
cat > plugin.mjs <<'JS'
import { appendFileSync, readFileSync } from 'node:fs';

const [file, end] = process.argv.slice(2);
appendFileSync(file, `${process.env.KUBERNETES_EXEC_INFO === undefined ? '-' : '+'}`);
const status = { token: `token-${readFileSync(file, 'utf8').length}`, ...(end && { expirationTimestamp: end }) };
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }));
JS
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

let refused = '';
const server = createServer((request, response) => {
  const status = request.headers.authorization === refused ? 401 : 200;
  const body = status === 200 ? { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] } : { kind: 'Status', code: 401 };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}).listen(0, '127.0.0.1', async () => {
  const seen = {};
  for (const [name, end] of [['an end in an hour', new Date(Date.now() + 3_600_000).toISOString()], ['no end', '']]) {
    const file = `runs-${name.replaceAll(' ', '-')}`;
    const exec = { command: process.execPath, args: ['plugin.mjs', file, end], interactiveMode: 'Never' };
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [{ name: 'a', server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true }],
      users: [{ name: 'a', exec: { apiVersion: 'client.authentication.k8s.io/v1', ...exec } }],
      contexts: [{ name: 'a', cluster: 'a', user: 'a' }],
      currentContext: 'a',
    });
    const api = config.makeApiClient(CoreV1Api);
    const ask = () => api.listNamespacedPod({ namespace: 'default' }).then(() => 200, (error) => error.code);
    refused = '';
    const before = [await ask(), await ask()];
    refused = 'Bearer token-1';
    seen[name] = { before, after: [await ask(), await ask(), await ask()], runs: readFileSync(file, 'utf8') };
  }
  console.log(seen);
  const kept = { before: [200, 200], after: [401, 401, 401], runs: '-' };
  assert.deepEqual(Object.values(seen), [kept, kept]);
  process.exit();
});
JS
echo "node $("${node[@]}" --version), @kubernetes/client-node 2.0.1"
"${node[@]}" program.mjs
