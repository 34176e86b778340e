#!/usr/bin/env bash
# plz 0.2 for Emacs (Debian 12), an HTTP library over curl, with a header whose value has quotes, as headers of logins and `If-None-Match` have.
# Expected: the header is sent as it was given (a quoted-string, RFC 9110 section 5.6.4; an entity-tag, section 8.8.3).
# Seen: the value ends before its first quote, and where nothing is left the header is not sent; no error. The value is put between quotes
# in a config for curl, and those within are not escaped.
# Why it matters: a header of OAuth 1 or Digest is refused with a 401, as for a wrong secret, and a GET with an entity-tag is never a 304;
# Bearer has no quotes and is right.
set -euo pipefail
[ -d /usr/share/emacs/site-lisp/elpa-src/plz-0.2 ] && command -v emacs curl > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends emacs-nox elpa-plz curl > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' elpa-plz)
[ "$version" = 0.2+dfsg-2 ] || { echo "elpa-plz is $version, and not 0.2+dfsg-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer(({ headers }, response) => response.end(headers.authorization ?? headers['if-none-match'] ?? 'no header'));
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.el <<'EL'
(package-initialize)
(require 'plz)
(let* ((url (format "http://127.0.0.1:%s/" (pop command-line-args-left)))
       (headers '(("Authorization" . "Bearer mF_9.B5f-4.1JqM")
                  ("Authorization" . "OAuth oauth_consumer_key=\"app\", oauth_token=\"ada\"")
                  ("If-None-Match" . "\"version-1\"")))
       ;; At times it gives nil, or a note of Emacs on the end of curl after the body.
       (ask (lambda (header) (car (split-string (cl-loop repeat 50 thereis (plz 'get url :headers (list header))) "\n"))))
       (seen (mapcar ask headers)))
  (dotimes (n (length seen)) (princ (format "%s: sent was %s\n" (cdr (nth n headers)) (nth n seen))))
  (unless (equal seen '("Bearer mF_9.B5f-4.1JqM" "OAuth oauth_consumer_key=" "no header"))
    (princ "the behaviour has changed\n")
    (kill-emacs 1)))
EL
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "$(emacs --version | head -1), elpa-plz $version, $(curl --version | cut -d' ' -f1,2 | head -1)"
HOME=$folder emacs --batch -l program.el "$(cat port)" 2> err || { cat err && exit 1; }
