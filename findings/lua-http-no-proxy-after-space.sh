#!/usr/bin/env bash
# lua-http 0.4 for Lua 5.3 (Debian 12), with `no_proxy="one.example, two.example"`, as people write it and curl reads it.
# Expected: neither goes through the proxy.
# Seen: the second one does. The space counts to its name; only names before which a comma stands directly are known.
# Why it matters: requests for tokens to a server inside go to the proxy outside, and fail there, or do not; the first name of the list,
# which one tries, is right.
set -euo pipefail
lua5.3 -e 'require "http.proxies"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends lua5.3 lua-http > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.lua <<'LUA'
local proxies = require "http.proxies"

local seen = {}
for _, list in ipairs { "one.example,two.example", "one.example, two.example" } do
  local environment = { http_proxy = "http://proxy.example:3128", no_proxy = list }
  local chosen = proxies.new():update(function(name) return environment[name] end)
  local line = {}
  for _, host in ipairs { "one.example", "two.example" } do
    table.insert(line, host .. " by " .. (chosen:choose("http", host) or "itself"))
  end
  table.insert(seen, table.concat(line, ", "))
  print(("no_proxy=%q: %s"):format(list, seen[#seen]))
end
local right = "one.example by itself, two.example by itself"
local wrong = "one.example by itself, two.example by http://proxy.example:3128"
assert(seen[1] == right and seen[2] == wrong, "the behaviour has changed")
LUA
echo "$(lua5.3 -v | cut -d' ' -f1,2), $(dpkg-query -W lua-http | tr '\t' ' ')"
lua5.3 program.lua
