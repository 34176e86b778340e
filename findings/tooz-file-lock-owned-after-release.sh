#!/usr/bin/env bash
# tooz 3.1.0 (Debian 12), the locks of OpenStack, with its driver for files, used by two processes.
# Expected: a lock that was released is not held: `acquired` and `is_still_owner()` are False, whatever went before.
# Seen: they are True for ever, if one try before found the lock in the hands of the other process. A try that fails leaves its count
# behind, and the release that follows the next, good one leaves one of two. The other process has the lock meanwhile.
# Why it matters: `is_still_owner()` is asked before a write that one alone may do, and two processes hear yes.
set -euo pipefail
/usr/bin/python3 -c 'import tooz' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3-tooz > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import os
import sys
from importlib.metadata import version
from subprocess import PIPE, Popen
from tooz import coordination

def lock_of(name):
    coordinator = coordination.get_coordinator(f"file://{os.getcwd()}/locks", name)
    coordinator.start()
    return coordinator.get_lock(b"renewal")

if len(sys.argv) > 1:
    lock = lock_of(b"other")
    for line in sys.stdin:
        done = lock.acquire(blocking=False) if line == "acquire\n" else lock.release()
        print(done and lock.is_still_owner(), flush=True)
    sys.exit()

def owned_after_release(refused_before):
    other = Popen([sys.executable, __file__, "other"], stdin=PIPE, stdout=PIPE, text=True)

    def tell(what):
        print(what, file=other.stdin, flush=True)
        return other.stdout.readline().strip() == "True"

    lock = lock_of(b"this")
    if refused_before:
        assert tell("acquire") and not lock.acquire(blocking=False)
        tell("release")
    assert lock.acquire(blocking=False) and lock.release()
    seen = {"this": lock.is_still_owner(), "the other, which has it": tell("acquire")}
    other.stdin.close()
    other.wait()
    return seen

print("tooz", version("tooz"))
plain, refused = owned_after_release(False), owned_after_release(True)
print("owners after the release:               ", plain)
print("the same, where one try was refused once:", refused)
assert list(plain.values()) == [False, True]
assert list(refused.values()) == [True, True]
PY
/usr/bin/python3 program.py 2> /dev/null
