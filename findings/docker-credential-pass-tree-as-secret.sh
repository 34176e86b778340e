#!/usr/bin/env bash
# docker-credential-pass 0.6.4 (Debian 12), which keeps what `docker login` gives it in `pass`, with a user name that has a slash, such
# as registries give to robots. That such names fail is reported as docker/docker-credential-helpers#162 (2019), open; not in which way.
# Expected: `get` gives the user name and the secret that were stored, or an error.
# Seen: it gives the user name "team", and as the secret a drawing of a tree: what `pass` prints of a folder. It ends with 0. The
# user name is a path in the store, and the first thing in the folder of the server is taken for a credential.
# Why it matters: storing succeeds, and whoever asks for the credential sends a drawing as the password, and hears of a wrong one.
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
store() { printf '{"ServerURL":"%s","Username":"%s","Secret":"%s"}' "$@" | docker-credential-pass store; }
store https://one.example bot of-bot
store https://two.example team/bot of-team-bot
one=$(printf https://one.example | docker-credential-pass get)
two=$(printf https://two.example | docker-credential-pass get)
echo "docker-credential-pass $(docker-credential-pass version), $(pass version | grep -o 'v[0-9.]*')"
echo "stored as bot:      $one"
echo "stored as team/bot: $two"
[ "$one" = '{"ServerURL":"https://one.example","Username":"bot","Secret":"of-bot"}' ]
grep -q '"Username":"team","Secret":"docker-credential-helpers/.*bot' <<< "$two"
