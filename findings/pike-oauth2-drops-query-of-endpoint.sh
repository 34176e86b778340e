#!/usr/bin/env bash
# Web.Auth.OAuth2 of Pike 8.0.1738 (Debian 12), with a token endpoint that has a query, such as `?p=policy` of Azure AD B2C.
# Expected: the query is sent, since it MUST be retained (RFC 6749 section 3.2).
# Seen: the question mark is sent, and nothing after it, for the code and for a renewal alike. The address of the login is worse off: it gets
# a second question mark, and the `client_id` becomes a part of the query's value.
# Why it matters: the server looks for the code where it is not, and answers `invalid_grant` or 404, while the address in the program is right.
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

const server = createServer((request, response) => {
  const answer = { access_token: request.url, token_type: 'Bearer', expires_in: 300, refresh_token: 'next' };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.pike <<'PIKE'
int main(int argc, array(string) argv) {
  string base = "http://127.0.0.1:" + argv[1];
  object login = Web.Auth.OAuth2("app", "hidden", "http://127.0.0.1/");
  login->request_access_token(base + "/token?p=policy", "code");
  string code = login->access_token;
  login->refresh_access_token(base + "/token?p=policy");
  string renewal = login->access_token;
  string query = Standards.URI(login->get_auth_uri(base + "/login?p=policy"))->query;
  string policy = Standards.URI("http://127.0.0.1/?" + query)->get_query_variables()->p;
  write("for the code: %s, for a renewal: %s, policy at the login: %s\n", code, renewal, policy);
  if (code == "/token?" && renewal == "/token?" && policy == "policy?client_id=app") return 0;
  write("the behaviour has changed\n");
  return 1;
}
PIKE
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "pike8.0-core $version"
pike8.0 program.pike "$(cat port)"
