#!/usr/bin/env bash
# Web.Auth.OAuth2 of Pike 8.0.1738 (Debian 12), at a server that says how long both tokens live, as Keycloak does: `expires_in` of 300 for
# the access token, `refresh_expires_in` of 1800 for the refresh token.
# Expected: the login ends after 300 seconds (RFC 6749 section 5.1), and what is not known is ignored.
# Seen: after 300 or 1800, by chance: each name with "expires" in it sets the same end, in the order in which the mapping gives them, which
# is another one for each answer. With `expires_in` alone it is 300 each time.
# Why it matters: `is_authenticated` and `is_expired` take an ended token for a good one for 25 minutes, for about every other user.
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

const token = { access_token: 'good', token_type: 'Bearer', expires_in: 300, refresh_token: 'next' };
const server = createServer((request, response) => {
  const answer = request.url === '/both' ? { ...token, refresh_expires_in: 1800 } : token;
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.pike <<'PIKE'
mapping(int:int) logins(string endpoint) {
  mapping(int:int) ends = ([300: 0, 1800: 0]);
  for (int n = 0; n < 60; n++) {
    object login = Web.Auth.OAuth2("app", "hidden", "http://127.0.0.1/");
    login->request_access_token(endpoint, "code");
    ends[(int)login > time() + 600 ? 1800 : 300]++;
  }
  return ends;
}

int main(int argc, array(string) argv) {
  string base = "http://127.0.0.1:" + argv[1];
  mapping one = logins(base + "/one"), both = logins(base + "/both");
  write("of 60 logins with expires_in alone, %d end after 300 s, %d after 1800 s\n", one[300], one[1800]);
  write("of 60 logins with both, %s\n", both[300] && both[1800] ? "some end after 300 s, some after 1800 s" : sprintf("%O", both));
  if (one[300] == 60 && both[300] && both[1800]) return 0;
  write("the behaviour has changed\n");
  return 1;
}
PIKE
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "pike8.0-core $version"
pike8.0 program.pike "$(cat port)"
