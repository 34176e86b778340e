#!/usr/bin/env bash
# redis-store 1.9.0 for Ruby with redis 4.8.0 and Redis 7.0 (Debian 12): `setnx(key, value, expires_in: …)`, which stores where nothing
# is, and gives it an end.
# Expected: true for the first caller and false for the second, as without `expires_in`; what the second one says changes nothing.
# Seen: the second one hears [false, true], which counts as yes in Ruby, and the entry of the first one lives on as if it had
# been stored now. The two commands are sent together: the second is carried out whatever the first one says, and both answers are given.
# Why it matters: a lock of `if store.setnx("lock", me, expires_in: 30)` lets everybody in. Without an end it works, which is
# how one tries it first.
set -euo pipefail
{ command -v redis-server && ruby -e 'require "redis-store"'; } > /dev/null 2>&1 ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends redis-server ruby ruby-redis-store > /dev/null 2>&1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill $server; rm -rf "$folder"' EXIT
cd "$folder"
redis-server --port 0 --unixsocket "$folder/redis.sock" --save '' --dir "$folder" > log &
server=$!
until [ -S redis.sock ]; do sleep 0.1; done
cat > program.rb <<'RB'
require "redis-store"

store = Redis::Store.new(path: "redis.sock")
puts "ruby #{RUBY_VERSION}, redis #{Redis::VERSION}, redis-store #{Redis::Store::VERSION}"
plain = %w[first second].map { |name| store.setnx("plain", name) }
first = store.setnx("lock", "first", expires_in: 30)
second = store.setnx("lock", "second", expires_in: 600)
seen = { plain: plain, first: first, second: second, counts_as: second ? "yes" : "no", holder: store.get("lock"), seconds_left: store.ttl("lock") }
puts seen
good = plain == [true, false] && second == [false, true] && seen[:holder] == "first" && seen[:seconds_left] > 30
abort "the behaviour has changed" unless good
RB
ruby program.rb 2> /dev/null
echo "$(redis-server --version | grep -o 'v=[0-9.]*')"
