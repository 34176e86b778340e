#!/usr/bin/env bash
# PyMemoize 1.0.3 for Python (Debian 12), which holds what functions give, with a `namespace`, a `region` or a `store` for one function.
# Expected: `token.delete((name,))` takes out what `token(name)` holds, and `exists` and `ttl` tell of it.
# Seen: `delete` does nothing and says nothing, `exists` is False and `ttl` None; the call itself goes on giving what is held. The methods
# look under the name that the entry would have without the option. With the option at the `Memoizer`, for all functions, all is well.
# Why it matters: after a logout, or a 401, the token is to be deleted and got anew, and the old one is given out until its end.
set -euo pipefail
/usr/bin/python3 -c 'import memoize' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3 python3-memoize > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' python3-memoize)
[ "$version" = 1.0.3-2 ] || { echo "python3-memoize is $version, and not 1.0.3-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import itertools
from memoize import Memoizer


def seen(memo, **options):
    count = itertools.count(1)

    @memo(max_age=3600, **options)
    def token(name):
        return f"{name}-{next(count)}"

    before, exists, ttl = token("ada"), token.exists(("ada",)), token.ttl(("ada",))
    token.delete(("ada",))
    return before, exists, ttl is not None, token("ada")


regions = Memoizer({})
regions.regions["tokens"] = {"namespace": "tokens"}
lines = {
    "no option": seen(Memoizer({})),
    "namespace at the Memoizer": seen(Memoizer({}, namespace="tokens")),
    "namespace": seen(Memoizer({}), namespace="tokens"),
    "region": seen(regions, region="tokens"),
    "store": seen(Memoizer({}), store={}),
}
for name, (before, exists, ttl, after) in lines.items():
    print(f"{name}: {before}, exists {exists}, has a ttl {ttl}, after delete {after}")
right, wrong = ("ada-1", True, True, "ada-2"), ("ada-1", False, False, "ada-1")
assert list(lines.values()) == [right, right, wrong, wrong, wrong], "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), python3-memoize $version"
/usr/bin/python3 program.py
