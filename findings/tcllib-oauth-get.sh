#!/usr/bin/env bash
# oauth 1.0.3 of Tcllib 1.21 for Tcl (Debian 12), `oauth::query`, which calls an API with a header of OAuth 1, at a server that verifies.
# Expected: an address with a query, as in the example of the manual, is called by GET, and signed so.
# Seen: it is called by GET, and signed as a POST to the address with two question marks. Without a query all is well, and with a body,
# unless names of parameters have numbers: they are sorted as in a dictionary, a2 before a10, where the standard says by bytes.
# Why it matters: an API that verifies says 401 to each GET with a query, which looks like a wrong key, while the key is right elsewhere.
set -euo pipefail
tclsh <<< 'exit [catch {package require oauth}]' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends tcl tcllib tcl-tls > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const sign = (method, url, pairs) => {
  const base = [method, url, pairs.sort().join('&')].map(encodeURIComponent).join('&');
  return createHmac('sha1', 'of-app&of-ada').update(base).digest('base64'); // the secrets that the client has
};
const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const [path, query = ''] = request.url.split('?');
  const header = [...request.headers.authorization.matchAll(/(\w+)="(.*?)"/g)].map(([, name, value]) => [name, value]);
  const pairs = header.filter(([name]) => name !== 'oauth_signature').map((pair) => pair.join('='));
  const sent = decodeURIComponent(header.find(([name]) => name === 'oauth_signature')[1]);
  const url = `http://${request.headers.host}${path}`;
  const given = `${query}&${body}`.split('&').filter(Boolean);
  const good = sent === sign(request.method, url, [...pairs, ...given]);
  const odd = sent === sign('POST', `${url}??${query}`, [...pairs, `?${query}`]);
  response.end(`${request.method} ${good ? 'good' : odd ? 'signed as a POST to ??' : 'wrong'}`);
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.tcl <<'TCL'
package require oauth
oauth::config -consumerkey app -consumersecret of-app -accesstoken ada -accesstokensecret of-ada
set base "http://127.0.0.1:[lindex $argv 0]/photos"
set calls [list $base?size=large $base [list $base size=large] [list $base a2=x&a10=x]]
set seen {}
foreach call $calls name {{with a query} {without one} {with a body} {with a body of a2 and a10}} {
  lappend seen [lindex [oauth::query {*}$call] 1]
  puts "$name: [lindex $seen end]"
}
if {$seen ne [list {GET signed as a POST to ??} {GET good} {POST good} {POST wrong}]} { puts "the behaviour has changed"; exit 1 }
TCL
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "tcl $(tclsh <<< 'puts [info patchlevel]'), $(dpkg-query -W tcllib | tr '\t' ' ')"
tclsh program.tcl "$(cat port)"
