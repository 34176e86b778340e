#!/usr/bin/env bash
# PyMemoize 1.0.3 for Python (Debian 12), which holds what functions give, with a `lock`, and five threads that ask at once for what is not held.
# Expected: one of them calls the function, and those that waited for the lock get what it gave; there is no other use for the lock.
# Seen: all five call it, one after the other: after the wait for the lock the store is not looked at again. Each stores its own, and gets
# its own.
# Why it matters: where the function renews a token, one refresh token is used five times, and a server that rotates takes the second
# use for a theft and ends the login; without the lock it is the same, only faster.
set -euo pipefail
/usr/bin/python3 -c 'import memoize' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3 python3-memoize > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' python3-memoize)
[ "$version" = 1.0.3-2 ] || { echo "python3-memoize is $version, and not 1.0.3-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import threading
import time
from memoize import Memoizer

lock, start = threading.Lock(), threading.Barrier(5)
calls, inside, most, got = 0, 0, 0, []
memo = Memoizer({}, lock=lambda key: lock)


@memo(max_age=3600)
def token(name):
    global calls, inside, most
    calls, inside = calls + 1, inside + 1
    most = max(most, inside)
    mine = f"{name}-{calls}"
    time.sleep(0.3)
    inside -= 1
    return mine


def ask():
    start.wait()
    got.append(token("ada"))


threads = [threading.Thread(target=ask) for _ in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"calls: {calls}, at once: {most}, got: {', '.join(sorted(got))}, held: {token('ada')}")
assert (calls, most) == (5, 1) and len(set(got)) == 5, "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), python3-memoize $version"
/usr/bin/python3 program.py
