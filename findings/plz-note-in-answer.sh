#!/usr/bin/env bash
# plz 0.2 for Emacs (Debian 12), an HTTP library over curl, in `emacs --batch`, with a hundred GETs of a text one after the other.
# Expected: the text, a hundred times.
# Seen: nearly every second time, by chance, a line is added to it, "Process plz-request-curl stderr finished", and now and then there is
# nil instead of an answer. No error. Emacs writes the line into the buffer of the answer, since curl's stderr goes there too.
# Why it matters: a token or a secret that is read as text is refused the next time, with a line in it that the server never sent;
# of JSON the reader takes the first value, and does not see it.
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

const server = createServer((request, response) => response.setHeader('content-type', 'text/plain').end('token-1'));
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.el <<'EL'
(package-initialize)
(require 'plz)
(let ((url (format "http://127.0.0.1:%s/" (pop command-line-args-left)))
      (noted "token-1\nProcess plz-request-curl stderr finished\n")
      (right 0) (wrong 0) (none 0))
  (dotimes (_ 100)
    (let ((answer (plz 'get url)))
      (cond ((null answer) (setq none (1+ none)))
            ((equal answer "token-1") (setq right (1+ right)))
            ((equal (replace-regexp-in-string "\n+" "\n" answer) noted) (setq wrong (1+ wrong))))))
  (princ (format "of 100 answers %d are right, %d have a line of Emacs at their end, %d are nil\n" right wrong none))
  (unless (and (= (+ right wrong none) 100) (> right 0) (> wrong 0))
    (princ "the behaviour has changed\n")
    (kill-emacs 1)))
EL
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "$(emacs --version | head -1), elpa-plz $version, $(curl --version | cut -d' ' -f1,2 | head -1)"
HOME=$folder emacs --batch -l program.el "$(cat port)" 2> err || { cat err && exit 1; }
