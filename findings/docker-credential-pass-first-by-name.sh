#!/usr/bin/env bash
# docker-credential-pass 0.6.4 (Debian 12), which keeps what `docker login` gives it in `pass`, at a login as another user of one server.
# Expected: there is one login for a server, the one that was stored last, as in the file of Docker's own.
# Seen: both are kept, and the one whose user name comes first in the alphabet is given out: after a login as "ada" and one as "bob", ada's;
# after one as "bob" and one as "ada", ada's too. A logout removes both.
# Why it matters: a login as somebody else succeeds and changes nothing, or it does, by how the two are named; a token of a
# user who has left goes on being sent.
set -euo pipefail
{ command -v pass && command -v gpg && command -v docker-credential-pass; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends pass gnupg golang-docker-credential-helpers > /dev/null 2>&1; }
folder=$(mktemp -d)
export GNUPGHOME="$folder/gpg" PASSWORD_STORE_DIR="$folder/store"
trap 'gpgconf --kill all; rm -rf "$folder"' EXIT
cd "$folder"
mkdir -m 700 gpg
gpg --batch --quiet --passphrase '' --quick-generate-key store@example.org default default never 2> /dev/null
pass init store@example.org > /dev/null
store() { printf '{"ServerURL":"%s","Username":"%s","Secret":"of %s"}' "$1" "$2" "$2" | docker-credential-pass store; }
given() { printf '%s' "$1" | docker-credential-pass get; }
for name in ada bob; do store https://one.example $name; done
for name in bob ada; do store https://two.example $name; done
echo "docker-credential-pass $(docker-credential-pass version), $(pass version | grep -o 'v[0-9.]*')"
echo "login as ada, then as bob: $(given https://one.example)"
echo "login as bob, then as ada: $(given https://two.example)"
printf https://one.example | docker-credential-pass erase
echo "after a logout:            $(given https://one.example)"
ada='"Username":"ada","Secret":"of ada"'
grep -q "$ada" <<< "$(given https://two.example)"
grep -q '"Username":"","Secret":""' <<< "$(given https://one.example)"
store https://one.example ada
store https://one.example bob
grep -q "$ada" <<< "$(given https://one.example)"
