#!/usr/bin/env bash
# etcd3gw 2.0.0 for Python (Debian 12) with etcd 3.4.23: `with client.lock(name, ttl=30):`, while another one has the lock.
# Expected: the block waits for the lock, as with each lock of Python's own, or an error says that it was not had.
# Seen: the block runs at once, without the lock. Entering it calls `acquire()`, which waits for nothing and answers False, and nobody
# looks at that; leaving it releases nothing. The like of it is reported of another client, python-etcd3, as kragniz/python-etcd3#599.
# Why it matters: a lock that is written as each other lock in Python guards nothing, and each test with one caller passes.
set -euo pipefail
/usr/bin/python3 -c 'import etcd3gw' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3-etcd3gw > /dev/null 2>&1; }
folder=$(mktemp -d)
etcd=
trap '[ -z "$etcd" ] || kill $etcd; rm -rf "$folder"' EXIT
cd "$folder"
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download etcd-server
for file in *.deb; do dpkg -x "$file" root; done
export PORT=22389
"$folder/root/usr/bin/etcd" --data-dir "$folder/data" --listen-client-urls http://127.0.0.1:$PORT \
  --advertise-client-urls http://127.0.0.1:$PORT --listen-peer-urls http://127.0.0.1:22390 2> "$folder/log" &
etcd=$!
until grep -q 'ready to serve client requests' log; do sleep 0.1; done
cat > program.py <<'PY'
import os
from importlib.metadata import version
import etcd3gw

client = etcd3gw.Etcd3Client(host="127.0.0.1", port=int(os.environ["PORT"]), api_path="/v3/")
print("etcd3gw", version("etcd3gw"))

def in_block():
    with client.lock("renewal", ttl=30) as lock:
        return lock.is_acquired()

alone = in_block()
first = client.lock("renewal", ttl=30)
assert first.acquire()
beside = in_block()
print("in the block, the lock is had:", {"alone": alone, "while the first one has it": beside})
assert (alone, beside, first.is_acquired()) == (True, False, True)
PY
"$folder/root/usr/bin/etcd" --version | head -1
no_proxy=127.0.0.1 /usr/bin/python3 program.py
