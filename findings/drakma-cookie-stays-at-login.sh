#!/usr/bin/env bash
# drakma 2.0.8 for Common Lisp (Debian 12), an HTTP client, with a cookie jar and a server that sets its cookie at /login without a `Path`.
# Expected: the cookie belongs to the folder of /login, which is / (RFC 6265 section 5.1.4), and goes to /account.
# Seen: it belongs to the path /login itself, and goes to /login and what is below it, and to nothing else. With `Path=/` all is well.
# Why it matters: the login goes well, is in the jar, and each request after it is that of a stranger; in a browser the same server works.
set -euo pipefail
[ -d /usr/share/common-lisp/source/drakma ] && command -v sbcl > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends sbcl cl-drakma > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' cl-drakma)
[ "$version" = 2.0.8-1 ] || { echo "cl-drakma is $version, and not 2.0.8-1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const set = { '/login': 'sid=ada', '/login?all': 'all=ada; Path=/' };
const server = createServer((request, response) => {
  if (set[request.url]) response.setHeader('set-cookie', set[request.url]);
  response.setHeader('content-type', 'text/plain').end(`${request.url}: ${request.headers.cookie ?? 'no cookie'}`);
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.lisp <<'LISP'
(require :asdf)
(let* ((*standard-output* (make-broadcast-stream)) (*error-output* *standard-output*)) (asdf:load-system :drakma))
(let* ((jar (make-instance 'drakma:cookie-jar))
       (base (format nil "http://127.0.0.1:~a" (second sb-ext:*posix-argv*)))
       (paths '("/login" "/account" "/login/again" "/login?all" "/account"))
       (seen (loop for path in paths collect (drakma:http-request (concatenate 'string base path) :cookie-jar jar))))
  (format t "~{~a~%~}" seen)
  (unless (equal seen '("/login: no cookie" "/account: no cookie" "/login/again: sid=ada" "/login?all: sid=ada" "/account: all=ada"))
    (format t "the behaviour has changed~%")
    (sb-ext:exit :code 1)))
LISP
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "$(sbcl --version), cl-drakma $version"
XDG_CACHE_HOME=$folder sbcl --script program.lisp "$(cat port)"
