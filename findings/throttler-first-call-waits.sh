#!/usr/bin/env bash
# throttler 1.2.2 for Python (Debian 12), `Throttler(rate_limit=100, period=…)`, with a period that is longer than the machine is up.
# Expected: the first call goes through at once, as 99 more do.
# Seen: it waits until the machine has been up for the period. The throttler begins as if it had been full at 0 of the clock that counts
# from the start of the machine (`time.monotonic()`).
# Why it matters: with "1,000 a day", as APIs have it, a program on a machine that was started an hour ago stands still for 23 hours, and
# says nothing. On the machine it was written on, up for weeks, it works.
set -euo pipefail
/usr/bin/python3 -c 'import throttler' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3-throttler > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import asyncio
import time

from throttler import Throttler


async def first(period):
    throttler, start = Throttler(rate_limit=100, period=period), time.monotonic()
    async with throttler:
        return time.monotonic() - start


up = time.monotonic()
shorter, longer = asyncio.run(first(up / 2)), asyncio.run(first(up + 3))
print(f"up for {up:.0f} s; the first call waits {shorter:.1f} s with a period of {up / 2:.0f} s, {longer:.1f} s with {up + 3:.0f} s")
assert shorter < 1 < 2 < longer < 10, "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), $(dpkg-query -W python3-throttler | tr '\t' ' ')"
/usr/bin/python3 program.py
