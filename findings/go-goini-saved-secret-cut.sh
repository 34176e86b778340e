#!/usr/bin/env bash
# github.com/glacjay/goini 2015-07-30 for Go (Debian 12): a file with a secret in quotes is read, another key is set, and it is written.
# Expected: the next one who reads the file finds the secret that was found before: quotes keep `#` and `;` in a value when it is read.
# Seen: `Write` puts no quotes, so that the secret is cut at its first `#` or `;` by the next `Load`. And of a section that stands twice
# in a file the first part is dropped.
# Why it matters: a program that notes a new access token in its file cuts the refresh token or the password beside it, which nobody changed.
set -euo pipefail
{ command -v go && [ -d /usr/share/gocode/src/github.com/glacjay/goini ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go golang-github-glacjay-goini-dev \
    > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' golang-github-glacjay-goini-dev)
[ "$version" = 0.0~git20150730-3 ] || { echo "golang-github-glacjay-goini-dev is $version, and not 0.0~git20150730-3" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/glacjay/goini"
)

func load(text string) ini.Dict {
	if err := os.WriteFile("file.ini", []byte(text), 0o600); err != nil {
		panic(err)
	}
	return ini.MustLoad("file.ini")
}

func main() {
	file := load("[login]\nsecret = \"abc#def;ghi\"\ntoken = old\n")
	before, _ := file.GetString("login", "secret")
	file.SetString("login", "token", "new")
	if err := ini.Write("file.ini", &file); err != nil {
		panic(err)
	}
	after, _ := ini.MustLoad("file.ini").GetString("login", "secret")
	fmt.Printf("secret before a token was set: %s, and after it: %s\n", before, after)
	twice := load("[login]\nsecret = one\n\n[proxy]\nhost = x\n\n[login]\ntoken = two\n")["login"]
	fmt.Println("a section that stands twice:", twice)
	if before != "abc#def;ghi" || after != "abc" || len(twice) != 1 || twice["token"] != "two" {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), golang-github-glacjay-goini-dev $version"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
