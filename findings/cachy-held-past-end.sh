#!/usr/bin/env bash
# cachy 0.3.0 for Python (Debian 12), told until when to hold a value by a `datetime`, "the expiration time of the cached item".
# Expected: what ends in a second is gone after three; what is stored with an end that has passed is not there, nor what was there before.
# Seen: the value is there for the whole minute that the second was rounded up to. And with an end that has passed nothing is done: the
# value that was stored before it is given on.
# Why it matters: a token is sent for up to a minute after its end. Where an ended token comes as a new one (the clock of the machine goes
# ahead of the server's), the one that it was to replace stays.
set -euo pipefail
/usr/bin/python3 -c 'import cachy' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3 python3-cachy > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' python3-cachy)
[ "$version" = 0.3.0-4 ] || { echo "python3-cachy is $version, and not 0.3.0-4" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import time
from datetime import datetime, timedelta

from cachy import CacheManager

stores = {"dict": {"driver": "dict"}, "file": {"driver": "file", "path": "held"}}
manager = CacheManager({"default": "dict", "stores": stores})
for name in stores:
    manager.store(name).put("short", "ended", datetime.now() + timedelta(seconds=1))
    manager.store(name).put("renewed", "former", 60)
    manager.store(name).put("renewed", "new", datetime.now() - timedelta(seconds=1))
time.sleep(3)
for name in stores:
    short, renewed = manager.store(name).get("short"), manager.store(name).get("renewed")
    print(f"{name}: two seconds past its end: {short}; after one was stored with an end in the past: {renewed}")
    assert (short, renewed) == ("ended", "former"), "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), python3-cachy $version"
/usr/bin/python3 program.py
