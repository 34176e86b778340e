#!/usr/bin/env bash
# Signpost 1.2.1.2 for Java (Debian 12), which signs addresses with OAuth 1, with a query that has a name without "=", such as `?trimmed`.
# Expected: it is signed as an empty value, as `c2` in the example of RFC 5849 section 3.4.1.3.1.
# Seen: the signature is another one, and no error. With `?trimmed=` it is right.
# Why it matters: an API that verifies says 401 to that call alone, as for a wrong secret, while the key and all other calls are right.
set -euo pipefail
{ [ -f /usr/share/java/signpost-core.jar ] && [ -f /usr/share/java/commons-codec.jar ] && command -v javac > /dev/null; } ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends default-jdk-headless liboauth-signpost-java \
    libcommons-codec-java > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' liboauth-signpost-java)
[ "$version" = 1.2.1.2-3 ] || { echo "liboauth-signpost-java is $version, and not 1.2.1.2-3" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > Program.java <<'JAVA'
import oauth.signpost.basic.DefaultOAuthConsumer;
import oauth.signpost.signature.QueryStringSigningStrategy;

public class Program {
  public static void main(String[] urls) throws Exception {
    for (String url : urls) {
      var consumer = new DefaultOAuthConsumer("app", "of-app");
      consumer.setTokenWithSecret("ada", "of-ada");
      consumer.setSigningStrategy(new QueryStringSigningStrategy());
      System.out.println(consumer.sign(url));
    }
  }
}
JAVA
cat > verify.mjs <<'JS'
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

const escape = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const seen = readFileSync(0, 'utf8').trim().split('\n').map((line) => {
  const { origin, pathname, searchParams } = new URL(line);
  const pairs = [...searchParams].filter(([name]) => name !== 'oauth_signature').map((pair) => pair.map(escape).join('='));
  const base = ['GET', origin + pathname, pairs.sort().join('&')].map(escape).join('&');
  return createHmac('sha1', 'of-app&of-ada').update(base).digest('base64') === searchParams.get('oauth_signature') ? 'good' : 'wrong';
});
process.argv.slice(2).forEach((url, n) => console.log(`${url}: ${seen[n]}`));
if (String(seen) !== 'good,good,wrong,wrong') {
  console.log('the behaviour has changed');
  process.exit(1);
}
JS
urls=('http://api.example/?id=7' 'http://api.example/?trimmed=' 'http://api.example/?trimmed' 'http://api.example/?id=7&trimmed')
echo "$(java -version 2>&1 | head -1), liboauth-signpost-java $version"
java -cp /usr/share/java/signpost-core.jar:/usr/share/java/commons-codec.jar Program.java "${urls[@]}" | node verify.mjs "${urls[@]}"
