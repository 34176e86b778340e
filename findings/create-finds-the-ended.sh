#!/usr/bin/env bash
# moneta 1.5.2 for Ruby and cachelib 0.9.0 for Python (Debian 12), key-value stores: `create` and `add`, which store where nothing is,
# and are what a lock is made of, with a time to live for the case that its holder dies.
# Expected: once the time is over, the key is free, as `load`, `get` and `has` say, and as it is where Redis is the store.
# Seen: in files and in memory the ended entry still stands in the way, each time, and nothing removes it: moneta's `key?` and `load` do
# in passing, cachelib's `get` and `has` do not even then.
# Why it matters: the lock of a program that died is never had again, and whoever looks sees no lock.
set -euo pipefail
{ ruby -e 'require "moneta"' && /usr/bin/python3 -c 'import cachelib'; } 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-moneta python3-cachelib > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require "moneta"
require "moneta/version"

puts "ruby #{RUBY_VERSION}, moneta #{Moneta::VERSION}"
[[:Memory, {}], [:File, { dir: "moneta" }]].each do |kind, options|
  store = Moneta.new(kind, expires: true, **options)
  first = store.create("lock", "first", expires: 0.2)
  sleep 0.5
  later = Array.new(3) { store.create("lock", "second", expires: 0.2) }
  looked = store.key?("lock")
  after = store.create("lock", "third", expires: 0.2)
  puts "#{kind}: create #{first}, after the end #{later}, key? #{looked}, and then create #{after}"
  abort "the behaviour has changed" unless [first, *later, looked, after] == [true, false, false, false, false, true]
end
RB
cat > program.py <<'PY'
from importlib.metadata import version
from time import sleep
from cachelib import FileSystemCache, SimpleCache

print("cachelib", version("cachelib"))
for cache in (SimpleCache(), FileSystemCache("cachelib")):
    first = cache.add("lock", "first", timeout=1)
    sleep(2.2)
    later = [cache.add("lock", "second", timeout=1) for _ in range(3)]
    looked = cache.has("lock"), cache.get("lock")
    after = cache.add("lock", "third", timeout=1)
    print(f"{type(cache).__name__}: add {first}, after the end {later}, has and get {looked}, and then add {after}")
    assert (first, later, looked, after) == (True, [False] * 3, (False, None), False)
PY
ruby program.rb
/usr/bin/python3 program.py
