#!/usr/bin/env bash
# liboauth 1.0.3 for C (Debian 12), `oauth_sign_url2`, with an address whose query has a question mark in a value.
# Expected: the value goes on to the next "&"; a query may have question marks of its own (RFC 3986 section 3.4).
# Seen: at each question mark a new parameter begins, and what is signed and given back is that other request; its signature is good. With
# the question mark as %3F all is well.
# Why it matters: an address within a query loses its own, whose parameters become some of the API's; the API answers another question than
# was asked, without an error anywhere.
set -euo pipefail
{ [ -f /usr/include/oauth.h ] && command -v gcc > /dev/null; } ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends gcc libc6-dev liboauth-dev > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' liboauth-dev)
[ "$version" = 1.0.3-5 ] || { echo "liboauth-dev is $version, and not 1.0.3-5" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.c <<'C'
#include <stdio.h>
#include <stdlib.h>

#include <oauth.h>

int main(int count, char **url) {
  for (int n = 1; n < count; n++) {
    char *signed_url = oauth_sign_url2(url[n], NULL, OA_HMAC, "GET", "app", "of-app", "ada", "of-ada");
    puts(signed_url);
    free(signed_url);
  }
  return 0;
}
C
cat > read.mjs <<'JS'
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

const escape = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const seen = readFileSync(0, 'utf8').trim().split('\n').map((line) => {
  const { origin, pathname, searchParams } = new URL(line);
  const pairs = [...searchParams].filter(([name]) => name !== 'oauth_signature').map((pair) => pair.map(escape).join('='));
  const base = ['GET', origin + pathname, pairs.sort().join('&')].map(escape).join('&');
  const good = createHmac('sha1', 'of-app&of-ada').update(base).digest('base64') === searchParams.get('oauth_signature');
  const asked = [...searchParams].filter(([name]) => !name.startsWith('oauth_'));
  return `${JSON.stringify(Object.fromEntries(asked))}, ${good ? 'good' : 'wrong'}`;
});
process.argv.slice(2).forEach((url, n) => console.log(`${url}: ${seen[n]}`));
const then = ['{"u":"a?b"}, good', '{"b":"","u":"a"}, good', '{"id":"7","u":"http://app.example/"}, good'];
if (String(seen) !== String(then)) {
  console.log('the behaviour has changed');
  process.exit(1);
}
JS
gcc -o program program.c -loauth
urls=('http://api.example/?u=a%3Fb' 'http://api.example/?u=a?b' 'http://api.example/?u=http://app.example/?id=7')
echo "$(gcc --version | head -1), liboauth-dev $version"
./program "${urls[@]}" | node read.mjs "${urls[@]}"
