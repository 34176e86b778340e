#!/usr/bin/env bash
# lru_redux 1.1.0 for Ruby (Debian 12; the newest there is), `LruRedux::TTL::Cache#delete`.
# Expected: "Will return the deleted value, otherwise nil", as its README says, and as the cache without an end does.
# Seen: it returns the time at which the value was stored, a number.
# Why it matters: what is good once, the verifier of a login for its `state`, is taken out by `delete`. Whoever gives the cache an end
# gets numbers then, which are no less true than the values, and hands them on.
set -euo pipefail
ruby -e 'require "lru_redux"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-lru-redux > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require "lru_redux"

plain, ending = [LruRedux::Cache.new(10), LruRedux::TTL::Cache.new(10, 600)].map do |cache|
  cache["state"] = "verifier"
  [cache.delete("state"), cache.delete("state")]
end
puts "without an end: #{plain}, with an end: #{ending}"
now = Time.now.to_f
time = ending.first.is_a?(Float) && (now - 60..now).cover?(ending.first)
abort "the behaviour has changed" unless plain == ["verifier", nil] && time && ending.last.nil?
RB
echo "ruby $(ruby -e 'puts RUBY_VERSION'), $(dpkg-query -W ruby-lru-redux | tr '\t' ' ')"
ruby program.rb
