#!/usr/bin/env bash
# drakma 2.0.8 for Common Lisp (Debian 12), an HTTP client, with a cookie jar and a server that says by `Max-Age` how long its cookie lives.
# Expected: what has `Max-Age=1` is gone after two seconds, and `Max-Age=0` takes a cookie away at once (RFC 6265 sections 5.2.2 and 5.3).
# Seen: both are sent on for as long as the program runs; of a cookie that was taken away the name goes on without a value. `Max-Age` is read
# nowhere, only `Expires` is, which comes second where both are there.
# Why it matters: a logout leaves `sid=` in each request, and a session that has ended is presented again and again, where the program looks
# into its jar and finds itself logged in.
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

const set = {
  '/login': 'sid=ada; Path=/',
  '/logout': 'sid=; Path=/; Max-Age=0',
  '/short': 'short=ada; Path=/; Max-Age=1',
  '/other': 'other=ada; Path=/',
  '/forget': 'other=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
};
const server = createServer((request, response) => {
  if (set[request.url]) response.setHeader('set-cookie', set[request.url]);
  const sent = (request.headers.cookie ?? '').split('; ').sort().join(' ') || 'no cookie';
  response.setHeader('content-type', 'text/plain').end(sent);
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.lisp <<'LISP'
(require :asdf)
(let* ((*standard-output* (make-broadcast-stream)) (*error-output* *standard-output*)) (asdf:load-system :drakma))
(defvar *base* (format nil "http://127.0.0.1:~a" (second sb-ext:*posix-argv*)))
(defvar *good* t)
(defun look (name expected &rest paths)
  (let ((jar (make-instance 'drakma:cookie-jar)))
    (flet ((get-it (path) (drakma:http-request (concatenate 'string *base* path) :cookie-jar jar)))
      (mapc #'get-it paths)
      (sleep 2)
      (let ((seen (get-it "/account")))
        (format t "~a: ~s~%" name seen)
        (unless (equal seen expected) (setf *good* nil))))))
(look "after a logout by Max-Age=0" "sid=" "/login" "/logout")
(look "two seconds after Max-Age=1" "short=ada" "/short")
(look "after a logout by Expires" "no cookie" "/other" "/forget")
(unless *good*
  (format t "the behaviour has changed~%")
  (sb-ext:exit :code 1))
LISP
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "$(sbcl --version), cl-drakma $version"
XDG_CACHE_HOME=$folder sbcl --script program.lisp "$(cat port)"
