#!/usr/bin/env bash
# cachy 0.3.0 for Python (Debian 12), which holds what functions give: `@cache` before a function, with a store of its own in memory or files.
# Expected: `token("bob")` calls the function: the documentation says that the key is made of the name of the function and its arguments.
# Seen: `token("bob")` gives what was held for `token("ada")`. The first argument is left out of the key, as if it were `self`; by name,
# `token(name="bob")`, or as a second argument, it counts. It is so with `key="..."` too, which is documented as a prefix.
# Why it matters: the token of one person is sent for the next one, for an hour. A test with one person sees nothing.
set -euo pipefail
/usr/bin/python3 -c 'import cachy' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3 python3-cachy > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' python3-cachy)
[ "$version" = 0.3.0-4 ] || { echo "python3-cachy is $version, and not 0.3.0-4" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
from cachy import CacheManager


def seen(store):
    @store
    def token(name):
        return "token of " + name

    @store(key="tokens", minutes=30)
    def with_key(name):
        return "token of " + name

    @store
    def at(server, name):
        return "token of " + name

    return [
        [token("ada"), token("bob")],
        [with_key("ada"), with_key("bob")],
        [token(name="ada"), token(name="bob")],
        [at("api", "ada"), at("api", "bob")],
    ]


manager = CacheManager({"default": "dict", "stores": {"dict": {"driver": "dict"}, "file": {"driver": "file", "path": "held"}}})
for name in ("dict", "file"):
    lines = seen(manager.store(name))
    for call, (first, second) in zip(("by place", "by place, with a key", "by name", "second argument"), lines):
        print(f"{name}, {call}: ada gets the {first}, bob the {second}")
    other = [first != second for first, second in lines]
    assert other == [False, False, True, True], "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), python3-cachy $version"
/usr/bin/python3 program.py
