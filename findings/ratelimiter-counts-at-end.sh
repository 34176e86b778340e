#!/usr/bin/env bash
# ratelimiter 1.2.0.post0 for Python (Debian 12), `RateLimiter(max_calls=2, period=2)`, with ten threads that call at once.
# Expected: two begin at once, and two more each two seconds, as is so when one thread calls ten times.
# Seen: all ten begin at once. A call is counted when it ends, and those that have begun by then were let in.
# Why it matters: requests for tokens take longer than an instant, and come together when it matters. The limit of the server is
# passed just then, with the limiter in place, and a test with one thread shows it at work.
set -euo pipefail
/usr/bin/python3 -c 'import ratelimiter' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3-ratelimiter > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import threading
import time

from ratelimiter import RateLimiter


def begun_in_first_second(run):
    limiter, begun, start = RateLimiter(max_calls=2, period=2), [], time.monotonic()

    def call():
        with limiter:
            begun.append(time.monotonic() - start)
            time.sleep(0.5)

    run(call)
    return sum(at < 1 for at in begun)


def together(call):
    threads = [threading.Thread(target=call) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


alone = begun_in_first_second(lambda call: [call() for _ in range(4)])
at_once = begun_in_first_second(together)
print(f"calls begun within a second, two allowed in two seconds: one thread {alone}, ten threads {at_once}")
assert alone == 2 and at_once == 10, "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), $(dpkg-query -W python3-ratelimiter | tr '\t' ' ')"
/usr/bin/python3 program.py
