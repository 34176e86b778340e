#!/usr/bin/env bash
# httr2 0.2.2 for R (Debian 12), with a login that has a refresh token, at a server that answers one renewal with 503.
# Expected: the request fails, and the next one renews with the refresh token, which is good.
# Seen: the next one logs in anew. The login is taken out of the cache before the renewal is sent, and put there once it has come. Where the
# server takes the access token back before its end (401 `invalid_token`), the refresh token is not used either.
# Why it matters: with a password nobody notices; with `req_oauth_auth_code` or `req_oauth_device` a person must log in again after each
# outage of the server, and a program that runs by itself ends there.
set -euo pipefail
{ command -v Rscript && Rscript -e 'library(httr2)'; } > /dev/null 2>&1 ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends r-base-core r-cran-httr2 > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' r-cran-httr2)
[ "$version" = 0.2.2-2 ] || { echo "r-cran-httr2 is $version, and not 0.2.2-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

let failed = false;
let count = 0;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const answer = (status, value, headers = {}) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
  if (request.url !== '/token') {
    const isRevoked = request.url === '/revoked' && request.headers.authorization !== 'Bearer access-4';
    const challenge = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
    return isRevoked ? answer(401, {}, challenge) : answer(200, {});
  }
  const grant = new URLSearchParams(body).get('grant_type');
  const fails = grant === 'refresh_token' && !failed;
  failed ||= fails;
  appendFileSync('grants', `${grant}${fails ? ' (503)' : ''}\n`);
  if (fails) return answer(503, {});
  count += 1;
  answer(200, {
    access_token: `access-${count}`,
    token_type: 'bearer',
    expires_in: count < 3 ? 1 : 3600,
    refresh_token: `refresh-${count}`,
  });
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.R <<'R'
library(httr2)
server <- paste0("http://127.0.0.1:", commandArgs(TRUE)[[1]])
client <- oauth_client("app", paste0(server, "/token"))
ask <- function(path) {
  req <- req_oauth_password(request(paste0(server, path)), client, username = "ada", password = "secret")
  tryCatch(resp_status(req_perform(req)), error = function(e) conditionMessage(e))
}
for (path in c("/", "/", "/", "/", "/revoked")) cat("GET", path, "gives", ask(path), "\n")
grants <- readLines("grants")
cat("the token endpoint was asked for:", paste(grants, collapse = ", "), "\n")
expected <- c("password", "refresh_token (503)", "password", "refresh_token", "password")
if (!identical(grants, expected)) stop("the behaviour has changed")
R
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "$(Rscript --version 2>&1), r-cran-httr2 $version"
Rscript program.R "$(cat port)"
