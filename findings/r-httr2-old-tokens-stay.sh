#!/usr/bin/env bash
# httr2 0.2.2 for R (Debian 12) with `cache_disk = TRUE`: "Cached tokens are encrypted and automatically deleted 30 days after creation".
# Expected: a token that was stored 40 days ago is not there once the package was loaded.
# Seen: it is there, and is sent. What is deleted when the package is loaded are files that end in `-token.rds`, and tokens are stored in
# files that end in `-token.rds.enc`.
# Why it matters: who reads this takes it that a login on a machine ends by itself after a month, and each one stays for good; a token
# without an end of its own is used for ever.
set -euo pipefail
{ command -v Rscript && Rscript -e 'library(httr2)'; } > /dev/null 2>&1 ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends r-base-core r-cran-httr2 > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' r-cran-httr2)
[ "$version" = 0.2.2-2 ] || { echo "r-cran-httr2 is $version, and not 0.2.2-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

let count = 0;
const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  if (request.url === '/token') response.end(JSON.stringify({ access_token: `access-${(count += 1)}`, token_type: 'bearer' }));
  else response.end(JSON.stringify(request.headers.authorization));
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.R <<'R'
library(httr2)
server <- paste0("http://127.0.0.1:", commandArgs(TRUE)[[1]])
client <- oauth_client("app", paste0(server, "/token"), name = "app")
req <- req_oauth_password(request(server), client, username = "ada", password = "secret", cache_disk = TRUE)
cat(resp_body_json(req_perform(req)), "\n")
R
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
export XDG_CACHE_HOME="$folder/cache" R_USER_CACHE_DIR=
echo "$(Rscript --version 2>&1), r-cran-httr2 $version"
first=$(Rscript program.R "$(cat port)")
file=$(find cache -name '*-token.rds.enc')
touch -d '40 days ago' "$file"
touch -d '40 days ago' "$(dirname "$file")/other-token.rds"
later=$(Rscript program.R "$(cat port)")
echo "sent: $first; with a token of 40 days: $later"
find cache -type f -printf '%TF %f\n'
[ "$first" = "$later" ] && [ -f "$file" ] && [ ! -f "$(dirname "$file")/other-token.rds" ] ||
  { echo "the behaviour has changed" && exit 1; }
