#!/usr/bin/env bash
# github.com/peterhellberg/link 1.0.0 for Go (Debian 12), which reads the header `Link`, at an address with commas.
# Expected: the address of the next page is the one that stands between `<` and `>`, where a comma may stand (RFC 3986 section 3.4).
# Seen: each comma within it is taken out: `ids=1,2,3` is `ids=123`, and `fields=id,name` is `fields=idname`. So is one within the text of
# another parameter. There is no error.
# Why it matters: the second page of a list is that of another question, which the server answers, or a 400 that names an unknown field.
set -euo pipefail
{ command -v go && [ -d /usr/share/gocode/src/github.com/peterhellberg/link ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go \
    golang-github-peterhellberg-link-dev > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' golang-github-peterhellberg-link-dev)
[ "$version" = 1.0.0-6 ] || { echo "golang-github-peterhellberg-link-dev is $version, and not 1.0.0-6" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/peterhellberg/link"
)

func main() {
	ids := link.Parse(`<https://api.example.com/items?ids=1,2,3&page=2>; rel="next", <https://api.example.com/items?ids=1,2,3&page=9>; rel="last"`)
	fields := link.Parse(`<https://api.example.com/me?fields=id,name&page=2>; rel="next"; title="a, b"`)["next"]
	for _, each := range []*link.Link{ids["next"], ids["last"], fields} {
		fmt.Println(each.Rel, each.URI, each.Extra)
	}
	if ids["next"].URI != "https://api.example.com/items?ids=123&page=2" || ids["last"].URI != "https://api.example.com/items?ids=123&page=9" ||
		fields.URI != "https://api.example.com/me?fields=idname&page=2" || fields.Extra["title"] != "a b" {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), golang-github-peterhellberg-link-dev $version"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
