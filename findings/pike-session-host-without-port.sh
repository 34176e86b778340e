#!/usr/bin/env bash
# Protocols.HTTP.Session of Pike 8.0.1738 (Debian 12), which Web.Auth.OAuth2 logs in with, at a server on a port of its own.
# Expected: `Host` has the port (RFC 9110 section 7.2), as in the requests of `Protocols.HTTP.get_url`, which has no session.
# Seen: `Host` is the name alone.
# Why it matters: a server that makes addresses of `Host` (of a redirect, of the issuer, of what is signed in OAuth 1 or DPoP) names port 80,
# where another one listens, or nobody; the same request without the session is right.
set -euo pipefail
command -v pike8.0 > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends pike8.0-core > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' pike8.0-core)
[ "$version" = 8.0.1738-1+b2 ] || { echo "pike8.0-core is $version, and not 8.0.1738-1+b2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer((request, response) => response.end(request.headers.host));
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.pike <<'PIKE'
int main(int argc, array(string) argv) {
  string url = "http://127.0.0.1:" + argv[1] + "/";
  string plain = Protocols.HTTP.get_url_data(url);
  string session = Protocols.HTTP.Session()->get_url(url)->data();
  write("%s: Host is %s without a session, and %s with one\n", url, plain, session);
  if (plain == "127.0.0.1:" + argv[1] && session == "127.0.0.1") return 0;
  write("the behaviour has changed\n");
  return 1;
}
PIKE
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "pike8.0-core $version"
pike8.0 program.pike "$(cat port)"
