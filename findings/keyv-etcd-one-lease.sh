#!/usr/bin/env bash
# @keyv/etcd 2.1.1 and keyv 5.6.0, with etcd 3.4.23 (Debian 12) and the adapter's option `ttl`, here 4 s.
# Expected: each entry lives for 4 s from when it was stored, and the store can be written to for as long as the program runs.
# Seen: the adapter takes one lease of 4 s when it is made, for all that it will ever store. An entry stored after 3 s is gone one
# second later. After 4 s nothing can be stored any more: `set` answers false for the rest of the program.
# Why it matters: a service that keeps sessions or tokens for an hour works for its first hour, so in each test, and then forgets
# all of them at once and takes no new ones until it is started again.
set -euo pipefail
folder=$(mktemp -d)
etcd=
trap '[ -z "$etcd" ] || kill $etcd; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @keyv/etcd@2.1.1 keyv@5.6.0 > /dev/null
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download etcd-server
for file in *.deb; do dpkg -x "$file" root; done
"$folder/root/usr/bin/etcd" --data-dir "$folder/data" --listen-client-urls http://127.0.0.1:22379 \
  --advertise-client-urls http://127.0.0.1:22379 --listen-peer-urls http://127.0.0.1:22380 2> "$folder/log" &
etcd=$!
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import KeyvEtcd from '@keyv/etcd';
import { Keyv } from 'keyv';

const at = '127.0.0.1:22379';
const ready = new Keyv({ store: new KeyvEtcd(at) });
ready.on('error', () => undefined);
for (let tries = 0; tries < 50 && !(await ready.set('ready', 'yes')); tries++) await after(200);

const keyv = new Keyv({ store: new KeyvEtcd(at, { ttl: 4000 }) });
const errors = new Set();
keyv.on('error', (error) => errors.add(error.message.replace(/^Lease \d+/, 'Lease N')));
const seen = {};
seen['stored at once'] = [await keyv.set('ada', 'token'), await keyv.get('ada')];
await after(3000);
seen['stored after 3 s'] = [await keyv.set('bob', 'token'), await keyv.get('bob')];
await after(3000);
seen['the same, 3 s later'] = await keyv.get('bob');
seen['stored after 6 s'] = [await keyv.set('eve', 'token'), await keyv.get('eve')];
await after(5000);
seen['stored after 11 s'] = [await keyv.set('eve', 'token'), await keyv.get('eve')];
console.log(seen, [...errors]);
const [kept, lost] = [[true, 'token'], [false, undefined]];
assert.deepEqual(Object.values(seen), [kept, kept, undefined, lost, lost]);
process.exit();
JS
echo "node $(node --version), @keyv/etcd 2.1.1, keyv 5.6.0, $("$folder/root/usr/bin/etcd" --version | head -1)"
node program.mjs
