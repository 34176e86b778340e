#!/usr/bin/env bash
# inifile 1.0 for Lua (Debian 12), "a simple, complete ini parser", with `secret = hidden`, as most people and programs write it.
# Expected: the value is "hidden".
# Seen: it is " hidden", with the space after the equals sign; numbers, true and false have none, since they are converted. What is saved
# has the space too. Without spaces, as the library itself writes, all is well.
# Why it matters: a client id or secret is sent with a space before it, and is refused, while it looks right wherever one prints it.
set -euo pipefail
lua5.3 -e 'require "inifile"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends lua5.3 lua-inifile > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' lua-inifile)
[ "$version" = 1.0-3 ] || { echo "lua-inifile is $version, and not 1.0-3" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '%s\n' '[spaces]' 'client = app' 'secret  =  hidden' 'port = 8080' '[none]' 'client=app' 'secret=hidden' 'port=8080' > login.ini
cat > program.lua <<'LUA'
local login = require "inifile".parse "login.ini"

local seen = {}
for _, section in ipairs { "spaces", "none" } do
  local values = login[section]
  seen[section] = ("%q %q %s"):format(values.client, values.secret, math.type(values.port))
  print(section, seen[section])
end
assert(seen.spaces == '" app" "  hidden" integer' and seen.none == '"app" "hidden" integer', "the behaviour has changed")
LUA
echo "$(lua5.3 -v | cut -d' ' -f1,2), lua-inifile $version"
lua5.3 program.lua
