#!/usr/bin/env bash
# httpful 0.3.2 for PHP (Debian 12), with an answer that sets two cookies, as the answer to a login does.
# Expected: both can be had, since `Set-Cookie` is the header whose lines are not to be put together (RFC 6265 section 3, RFC 9110
# section 5.3).
# Seen: `headers['Set-Cookie']` and `headers->toArray()` have one text, joined by a comma; the date in `Expires` has a comma too. In
# `raw_headers` alone they are apart. Where the server writes the second one `set-cookie`, `headers['Set-Cookie']` has the first one only.
# Why it matters: who takes what stands before the first ";" has the login, and not the cookie against forged forms that came with it; the
# next request is refused for that.
set -euo pipefail
{ [ -f /usr/share/php/Httpful/autoload.php ] && php -m | grep -q '^curl$'; } 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends php-cli php-curl php-httpful > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' php-httpful)
[ "$version" = 0.3.2-2 ] || { echo "php-httpful is $version, and not 0.3.2-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const lower = request.url === '/lower';
  const names = ['Set-Cookie', 'sid=ada; Expires=Wed, 01 Jan 2098 00:00:00 GMT', lower ? 'set-cookie' : 'Set-Cookie', 'csrf=x7'];
  response.writeHead(200, ['Content-Type', 'text/plain', ...names]).end();
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.php <<'PHP'
<?php
error_reporting(E_ALL & ~E_DEPRECATED);
require '/usr/share/php/Httpful/autoload.php';
$seen = [];
foreach (['/', '/lower'] as $path) {
    $response = \Httpful\Request::get("http://127.0.0.1:$argv[1]$path")->send();
    $seen[] = $response->headers['Set-Cookie'];
    echo "$path: ", end($seen), ' (', preg_match_all('/^set-cookie:/im', $response->raw_headers), " lines)\n";
}
$first = 'sid=ada; Expires=Wed, 01 Jan 2098 00:00:00 GMT';
if ($seen !== ["$first,csrf=x7", $first]) {
    echo "the behaviour has changed\n";
    exit(1);
}
PHP
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "PHP $(php -r 'echo PHP_VERSION;'), php-httpful $version"
php program.php "$(cat port)"
