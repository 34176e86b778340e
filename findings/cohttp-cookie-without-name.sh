#!/usr/bin/env bash
# cohttp 4.0.0 for OCaml (Debian 12), `Cookie.Set_cookie_hdr.serialize`, with the `version` of the request that is answered, `HTTP_1_1`.
# Expected: `Set-Cookie: sid=ada; …`, as for `HTTP_1_0` and without a version; the header is the same for both (RFC 6265 section 4.1).
# Seen: `Set-Cookie2`, which is obsolete since 2011 (section 9.4), and in it neither name nor value of the cookie, only its attributes.
# Why it matters: a login that hands the version on sets no cookie in any browser, and none can be seen in what is sent; with a client of
# HTTP/1.0 it works.
set -euo pipefail
packages=(ocaml-nox ocaml-findlib libcohttp-ocaml-dev libppx-sexp-conv-ocaml-dev)
{ command -v ocamlfind && ocamlfind query -recursive cohttp; } > /dev/null 2>&1 ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends "${packages[@]}" > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libcohttp-ocaml-dev)
[ "$version" = 4.0.0-3+b5 ] || { echo "libcohttp-ocaml-dev is $version, and not 4.0.0-3+b5" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.ml <<'ML'
open Cohttp.Cookie.Set_cookie_hdr

let cookie = make ~expiration:(`Max_age 3600L) ~path:"/" ~http_only:true ("sid", "ada")

let () =
  let versions = [ ("no version", None); ("HTTP/1.0", Some `HTTP_1_0); ("HTTP/1.1", Some `HTTP_1_1) ] in
  let line (name, version) =
    let header, value = serialize ?version cookie in
    Printf.printf "%s: %s: %s\n" name header value;
    (header, value)
  in
  let right = ("Set-Cookie", "sid=ada; Max-Age=3600; path=/; httponly") in
  let wrong = ("Set-Cookie2", "Max-Age=3600; Path=/; Version=1") in
  if List.map line versions <> [ right; right; wrong ] then (
    print_endline "the behaviour has changed";
    exit 1)
ML
ocamlfind ocamlopt -w -58 -package cohttp -linkpkg program.ml -o program
echo "OCaml $(ocamlfind ocamlopt -version), libcohttp-ocaml-dev $version"
./program
