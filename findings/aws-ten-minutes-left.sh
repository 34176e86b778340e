#!/usr/bin/env bash
# botocore 1.29.27 (Debian 12) and AWS SDK for JavaScript 3.1177.0: a credential_process whose answer is good for 10 minutes.
# Expected: a process that makes several calls asks once, and again near the end of what it has.
# Seen: JavaScript asks once for five calls. botocore counts 15 minutes before an end as too near: it runs the program twice
# before the first call, and once more before each further one.
# Why it matters: whoever hands out short-lived keys, as is good practice, has its program (and the login behind it) asked at
# each call of Python's SDK, and sees nothing of that with the other one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @aws-sdk/client-sts@3.1177.0 > /dev/null
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download python3-botocore python3-jmespath python3-dateutil python3-urllib3 python3-six
for file in *.deb; do dpkg -x "$file" root; done
cat > process.mjs <<'JS'
import { appendFileSync } from 'node:fs';
appendFileSync(process.argv[2], '.');
const Expiration = new Date(Date.now() + 600_000).toISOString();
const keys = { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 'secret', SessionToken: 'token' };
console.log(JSON.stringify({ Version: 1, ...keys, Expiration }));
JS
cat > calls.mjs <<'JS'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
const sts = new STSClient({ endpoint: process.env.STS });
for (let call = 0; call < 5; call++) await sts.send(new GetCallerIdentityCommand());
JS
cat > calls.py <<'PY'
import os
from botocore.session import Session
sts = Session().create_client('sts', endpoint_url=os.environ['STS'])
for _ in range(5):
    sts.get_caller_identity()
PY
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';

const who = '<Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>ada</UserId><Account>123456789012</Account>';
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/xml' });
  response.end(`<GetCallerIdentityResponse><GetCallerIdentityResult>${who}</GetCallerIdentityResult></GetCallerIdentityResponse>`);
}).listen(0, '127.0.0.1', async () => {
  const env = { ...process.env, STS: `http://127.0.0.1:${server.address().port}` };
  const runs = {};
  for (const [name, command, file] of [
    ['botocore', 'python3', 'calls.py'],
    ['JavaScript', process.execPath, 'calls.mjs'],
  ]) {
    const program = `${process.execPath} ${process.cwd()}/process.mjs ${process.cwd()}/${name}`;
    writeFileSync('config', `[default]\nregion = eu-west-1\ncredential_process = ${program}\n`);
    await promisify(execFile)(command, [file], { env });
    runs[name] = readFileSync(name, 'utf8').length;
  }
  console.log('runs of the program for five calls:', runs);
  server.close();
  assert.deepEqual(runs, { botocore: 6, JavaScript: 1 });
});
JS
unset "${!AWS_@}"
export AWS_CONFIG_FILE="$folder/config" AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
export PYTHONPATH="$folder/root/usr/lib/python3/dist-packages"
echo "node $(node --version), @aws-sdk/client-sts 3.1177.0, botocore $(python3 -c 'import botocore; print(botocore.__version__)')"
node program.mjs
