#!/usr/bin/env bash
# http-client 0.7.13.1 with cookie 0.4.5 for Haskell (Debian 12), with a jar and a server that takes its cookie away by `Expires`.
# Expected: the date as the standard writes it, "Thu, 01 Jan 1970 00:00:00 GMT" (RFC 6265 section 4.1.1), is read, and the cookie goes.
# Seen: it is taken for no date, and the cookie stays, for as long as the program runs. The date with hyphens, "01-Jan-1970", as before the
# standard, is read, and so is `Max-Age`.
# Why it matters: nearly all servers write the former; after a logout each request has a `sid` without a value, and a cookie that was to
# end with the session of an hour is sent for days.
set -euo pipefail
{ command -v ghc && [ -d /usr/share/doc/libghc-http-client-dev ] && [ -d /usr/share/doc/libghc-cookie-dev ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ghc libghc-http-client-dev libghc-cookie-dev > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Package} ${Version}, ' libghc-cookie-dev libghc-http-client-dev)
right='libghc-cookie-dev 0.4.5-2+b2, libghc-http-client-dev 0.7.13.1-1, '
[ "$version" = "$right" ] || { echo "${version%, }, and not ${right%, }" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const set = {
  '/login': 'sid=ada; Path=/',
  '/standard': 'sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  '/hyphens': 'sid=; Path=/; Expires=Thu, 01-Jan-1970 00:00:00 GMT',
  '/age': 'sid=; Path=/; Max-Age=0',
};
const server = createServer((request, response) => {
  if (set[request.url]) response.setHeader('set-cookie', set[request.url]);
  response.end(request.headers.cookie ?? 'no cookie');
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > Program.hs <<'HS'
import Control.Monad (foldM, forM, unless)
import qualified Data.ByteString.Lazy.Char8 as L
import Network.HTTP.Client
import System.Environment (getArgs)
import System.Exit (die)

main :: IO ()
main = do
  [port] <- getArgs
  manager <- newManager defaultManagerSettings
  let get (jar, _) path = do
        request <- parseRequest ("http://127.0.0.1:" ++ port ++ path)
        response <- httpLbs request { cookieJar = Just jar } manager
        return (responseCookieJar response, L.unpack (responseBody response))
  seen <- forM ["/standard", "/hyphens", "/age"] $ \logout -> do
    (_, sent) <- foldM get (mempty, "") ["/login", logout, "/account"]
    putStrLn ("sent after " ++ logout ++ ": " ++ sent)
    return sent
  unless (seen == ["sid=", "no cookie", "no cookie"]) (die "the behaviour has changed")
HS
ghc -v0 Program.hs
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "GHC $(ghc --numeric-version), ${version%, }"
./Program "$(cat port)"
