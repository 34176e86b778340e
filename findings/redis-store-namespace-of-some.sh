#!/usr/bin/env bash
# redis-store 1.9.0 for Ruby with redis 4.8.0 and Redis 7.0 (Debian 12), with its option `namespace`.
# Expected: all commands of one client speak of the same key, or those that cannot be put into the namespace are refused.
# Seen: some do, and the others go to the whole database without a word: what `set` stored and `exists?` finds has the `type` none,
# `persist` does not find it, `incr` counts another one beside the `incrby` of the same client, and `keys` shows none of that.
# Why it matters: two programs that share a Redis under two namespaces share what the one command writes and not what the other does,
# and an entry that was made to stay goes at its end.
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

store = Redis::Store.new(path: "redis.sock", namespace: "app")
puts "ruby #{RUBY_VERSION}, redis #{Redis::VERSION}, redis-store #{Redis::Store::VERSION}"
store.setex("token", 100, "value")
store.incrby("count", 10)
seen = {
  exists: store.exists?("token"), ttl: store.ttl("token"), type: store.type("token"), persist: store.persist("token"),
  ttl_after_persist: store.ttl("token"), incr: store.incr("count"), keys: store.keys.sort, all: Redis.new(path: "redis.sock").keys.sort
}
puts seen
good = seen[:exists] && seen[:ttl] > 90 && seen[:type] == "none" && !seen[:persist] && seen[:ttl_after_persist] > 90 &&
       seen[:incr] == 1 && seen[:keys] == %w[count token] && seen[:all] == %w[app:count app:token count]
abort "the behaviour has changed" unless good
RB
ruby program.rb
echo "$(redis-server --version | grep -o 'v=[0-9.]*')"
