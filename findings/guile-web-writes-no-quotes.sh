#!/usr/bin/env bash
# The web modules of Guile 3.0.8 (Debian 12), which take a header with parameters as a list of names and values, and write it.
# Expected: values that are no token are put between quotes (RFC 9110 section 11.2), as are `username`, `realm`, `nonce`, `uri` and `response`
# of Digest in any case (RFC 7616 section 3.4).
# Seen: quotes are put round a value only where it has a quote or a comma in it itself; spaces and slashes go out bare. What was read from
# a good header is written as a bad one.
# Why it matters: a challenge `Bearer` with the scopes "read write" says "read" to those who read it, or nothing; a header of Digest
# is refused by servers that read as the standard says.
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

const server = createServer((request, response) => response.setHeader('content-type', 'text/plain').end(request.headers.authorization));
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.scm <<'SCM'
(use-modules (web client) (web http))

(define url (string-append "http://127.0.0.1:" (cadr (command-line)) "/"))
(define challenge (parse-header 'www-authenticate "Bearer realm=\"api\", scope=\"read write\", error=\"invalid_token\""))
(define written (string-trim-right (call-with-output-string (lambda (port) (write-header 'www-authenticate challenge port)))))
(define digest (parse-header 'authorization "Digest username=\"ada l\", realm=\"api\", uri=\"/\", nonce=\"a\\\"b\", qop=auth"))
(define sent (call-with-values (lambda () (http-get url #:headers `((authorization . ,digest)))) (lambda (response body) body)))
(format #t "a challenge that was read and written:~%  ~a~%a header that was read and sent:~%  ~a~%" written sent)
(unless (and (equal? written "WWW-Authenticate: bearer realm=api, scope=read write, error=invalid_token")
             (equal? sent "digest username=ada l, realm=api, uri=/, nonce=\"a\\\"b\", qop=auth"))
  (display "the behaviour has changed\n")
  (exit 1))
SCM
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "guile-3.0 $version"
GUILE_AUTO_COMPILE=0 guile -s program.scm "$(cat port)"
