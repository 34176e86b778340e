#!/usr/bin/env bash
# cachelib 0.9.0 (Debian 12; Flask-Caching and Flask-Session store with it), SimpleCache and FileSystemCache, with a value that has
# the `timeout` 0, which means that it never ends.
# Expected: when there are more than `threshold` entries (500 by default), those go that are next to their end, and this one last.
# Seen: it goes first, before all that end within a minute. The entries are sorted by the time of their end, which is 0 here, for "never".
# Why it matters: what a program means to keep, a refresh token or a registered client, is what it loses, and it does so as soon as
# a busy hour has filled the cache with things that nobody needs.
set -euo pipefail
/usr/bin/python3 -c 'import cachelib' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3-cachelib > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
from importlib.metadata import version
from cachelib import FileSystemCache, SimpleCache

print("cachelib", version("cachelib"))
for cache in (SimpleCache(), FileSystemCache("cache")):
    cache.set("for a day", "held", timeout=86400)
    cache.set("for ever", "held", timeout=0)
    pages = [f"page {number}" for number in range(502)]
    for page in pages:
        cache.set(page, "held", timeout=60)
    lost = [key for key in ("for ever", "for a day", *pages) if cache.get(key) is None]
    print(f"{type(cache).__name__}: lost of 504 entries: {lost}")
    assert "for ever" in lost and "for a day" not in lost and len(lost) <= 4
PY
/usr/bin/python3 program.py
