#!/usr/bin/env bash
# @keyv/mysql 2.1.10 and keyv 5.6.0, at MariaDB 10.11 (Debian 12) as it is installed.
# Expected: two keys are two entries, as in each other store of Keyv; and `get` of one key and of a list say the same.
# Seen: the table has the server's collation, so that "Ada", "ada", "áda" and "ada " are one entry, whose value is what was stored
# last, and which a delete of any of them removes. `get` of a list finds it under the name that was stored first alone. And the
# end of a namespace is searched by LIKE: `clear` of "team_a" empties "team-a" too.
# Why it matters: ids of accounts, and keys in base64, differ by case alone; one person is given what another has stored. Tests
# over the store in memory see nothing of it.
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill $server; wait $server || true; }; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @keyv/mysql@2.1.10 keyv@5.6.0 > /dev/null
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root" "$folder/data"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download mariadb-server-core libaio1 libnuma1 liburing2 libpcre2-8-0
for file in *.deb; do dpkg -x "$file" root; done
share="$folder/root/usr/share/mysql"
mariadbd=(env "LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu" "$folder/root/usr/sbin/mariadbd" --no-defaults
  "--user=$(id -un)" "--datadir=$folder/data" "--lc-messages-dir=$share" "--character-sets-dir=$share/charsets" --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci) # as Debian sets it
{ printf 'CREATE DATABASE mysql;\nUSE mysql;\n'; cat "$share/mysql_system_tables.sql" "$share/mysql_system_tables_data.sql"; } |
  "${mariadbd[@]}" --bootstrap 2> log
printf "CREATE DATABASE keyv;\nCREATE USER app@localhost IDENTIFIED BY 'app';\nGRANT ALL ON keyv.* TO app@localhost;\n" > first.sql
"${mariadbd[@]}" --bind-address=127.0.0.1 --port=23306 "--socket=$folder/socket" "--init-file=$folder/first.sql" 2> log &
server=$!
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import KeyvMysql from '@keyv/mysql';
import { Keyv } from 'keyv';

for (let tries = 0; tries < 100; tries++) {
  const socket = connect(23306, '127.0.0.1');
  const open = await once(socket, 'data').then(() => true, () => after(200)); // the server speaks first
  socket.destroy();
  if (open) break;
}
const mysql = (namespace) => new Keyv({ store: new KeyvMysql('mysql://app:app@127.0.0.1:23306/keyv'), namespace });
const seen = {};
for (const [name, keyv] of Object.entries({ memory: new Keyv(), mysql: mysql() })) {
  await keyv.set('Ada', 'token of Ada');
  await keyv.set('ada', 'token of ada');
  const one = await Promise.all(['Ada', 'ada', 'áda', 'ada '].map((key) => keyv.get(key)));
  const list = await keyv.get(['Ada', 'ada']);
  await keyv.delete('ADA');
  seen[name] = { one, list, afterDeleteOfADA: await keyv.get('ada') };
}
const [team, other] = [mysql('team_a'), mysql('team-a')];
await other.set('ada', 'token');
await team.clear();
seen['team-a, after clear of team_a'] = await other.get('ada');
console.log(seen);
const [first, last] = ['token of Ada', 'token of ada'];
assert.deepEqual(Object.values(seen), [
  { one: [first, last, undefined, undefined], list: [first, last], afterDeleteOfADA: last },
  { one: [last, last, last, last], list: [last, undefined], afterDeleteOfADA: undefined },
  undefined,
]);
process.exit();
JS
echo "node $(node --version), @keyv/mysql 2.1.10, keyv 5.6.0, $("${mariadbd[@]}" --version | sed 's/.*Ver //')"
node program.mjs
