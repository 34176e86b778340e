#!/usr/bin/env bash
# expiringdict 1.1.4 for Python (Debian 12), with as many entries as `max_len` allows, one of which gets a new value.
# Expected: the new value takes the place of the old one, and nothing has to go.
# Seen: the change throws out another one, that which was put in first. And one that was changed keeps its old place in the row, and so
# is the first to go when a new one comes, though it has the newest value.
# Why it matters: in service the dict is full again with each caller who comes, and in a test never. A renewal of one token then takes
# away that of somebody else, or the renewed one goes before all that are about to end.
set -euo pipefail
/usr/bin/python3 -c 'import expiringdict' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3-expiringdict > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
from expiringdict import ExpiringDict


def full():
    tokens = ExpiringDict(max_len=5, max_age_seconds=3600)
    for name in ("ada", "bob", "eve", "kim", "zoe"):
        tokens[name] = "first"
    return tokens


tokens = full()
tokens["zoe"] = "renewed"
print("left of five after one was renewed:", left := list(tokens))
tokens = full()
del tokens["zoe"]
tokens["ada"] = "renewed"
tokens["ian"] = "first"
tokens["joe"] = "first"
print("left of six, where the first was renewed:", row := list(tokens))
assert left == ["bob", "eve", "kim", "zoe"] and row == ["bob", "eve", "kim", "ian", "joe"], "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), $(dpkg-query -W python3-expiringdict | tr '\t' ' ')"
/usr/bin/python3 program.py
