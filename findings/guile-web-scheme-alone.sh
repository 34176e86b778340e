#!/usr/bin/env bash
# The web modules of Guile 3.0.8 (Debian 12), `http-get`, at a server whose 401 names a scheme without parameters, as `Negotiate` of Kerberos is.
# Expected: a response with the code 401; the parameters of a challenge are optional (RFC 9110 section 11.3, RFC 4559 section 4.1).
# Seen: `http-get` fails with `bad-header-component challenge`, and there is no response, neither code nor body. With a parameter
# after the name of the scheme all is well.
# Why it matters: a program that would log in at a 401 learns of none; it reads like a broken server, while each other client goes on.
set -euo pipefail
command -v guile > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends guile-3.0 > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' guile-3.0)
[ "$version" = 3.0.8-2 ] || { echo "guile-3.0 is $version, and not 3.0.8-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const challenges = { '/basic': 'Basic realm="api"', '/negotiate': 'Negotiate' };
const server = createServer((request, response) => {
  response.writeHead(401, { 'content-type': 'text/plain', 'www-authenticate': challenges[request.url] }).end('log in first');
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.scm <<'SCM'
(use-modules (web client) (web response))

(define base (string-append "http://127.0.0.1:" (cadr (command-line))))
(define (look path)
  (let ((seen (catch #t
                (lambda () (response-code (http-get (string-append base path))))
                (lambda (key . rest) (list key (car rest))))))
    (format #t "~a: ~a~%" path seen)
    seen))
(unless (equal? (map look '("/basic" "/negotiate")) '(401 (bad-header-component challenge)))
  (display "the behaviour has changed\n")
  (exit 1))
SCM
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "guile-3.0 $version"
GUILE_AUTO_COMPILE=0 guile -s program.scm "$(cat port)"
