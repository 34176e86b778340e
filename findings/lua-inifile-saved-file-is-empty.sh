#!/usr/bin/env bash
# inifile 1.0 for Lua (Debian 12), `save`, and what is in the file once it has come back.
# Expected: what was saved.
# Seen: nothing, neither for the program itself nor for another one: the file was cut to nothing, and is not closed. What was saved
# comes into it when Lua next collects what it does not need any more, or the program ends well.
# Why it matters: a token that is saved and read back is gone, so is one that a program started after the save is to use; and one that is
# killed later, or runs for days and makes little garbage, has emptied the file of logins.
set -euo pipefail
lua5.3 -e 'require "inifile"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends lua5.3 lua-inifile > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' lua-inifile)
[ "$version" = 1.0-3 ] || { echo "lua-inifile is $version, and not 1.0-3" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '%s\n' '[ada]' 'token=first' > login.ini
cat > program.lua <<'LUA'
local inifile = require "inifile"

local login = inifile.parse "login.ini"
login.ada.token = "second"
inifile.save("login.ini", login)
local own = inifile.parse("login.ini").ada
os.execute "wc -c < login.ini > bytes"
local other = io.open("bytes"):read "n"
collectgarbage()
local late = inifile.parse("login.ini").ada
print(("after the save: %s, %d bytes for another program; after a collection: %s"):format(own and own.token, other, late and late.token))
assert(own == nil and other == 0 and late.token == "second", "the behaviour has changed")
LUA
echo "$(lua5.3 -v | cut -d' ' -f1,2), lua-inifile $version"
lua5.3 program.lua
