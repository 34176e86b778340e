#!/usr/bin/env bash
# inifile 0.3.2 of Tcllib 1.21 for Tcl (Debian 12), with a file that has keys before its first section, as .npmrc and .editorconfig
# have, and notes that begin with #.
# Expected: `ini::commit` after one `ini::set` writes the file with one value changed; what the package cannot hold, it refuses to read.
# Seen: all keys before the first section are gone, and all notes with #; nothing was said when the file was read, nor when it was written.
# Why it matters: where tokens stand before the first section, as npm keeps them, a change of anything else logs out of all.
set -euo pipefail
tclsh <<< 'exit [catch {package require inifile}]' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends tcl tcllib > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > rc <<'INI'
//registry.example/:_authToken = of-ada
; the team's own
proxy = none

[other]
# renewed by hand
token = old
INI
cat > program.tcl <<'TCL'
package require inifile
set file [ini::open rc]
ini::set $file other token new
ini::commit $file
ini::close $file
TCL
echo "tcl $(tclsh <<< 'puts [info patchlevel]'), $(dpkg-query -W tcllib | tr '\t' ' ')"
tclsh program.tcl
cat rc
if [ "$(tr -d '\r\n ' < rc)" != ";theteam'sown[other]token=new" ]; then
  echo 'the behaviour has changed'
  exit 1
fi
