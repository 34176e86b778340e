#!/usr/bin/env bash
# github.com/bgentry/go-netrc of 2014-04-22 (its newest) and its fork github.com/git-lfs/go-netrc of 2021-09-14, for Go (Debian 12),
# which read a netrc file, change it, and write it with what else is in it.
# Expected: a file that was read and not changed is written as it was, however long it is.
# Seen: a file of more than 4,096 bytes is written as another text: pieces of its end stand at its beginning, and it can be read no
# more. All logins are right that the program itself looks up. What is to be written lies in a buffer that has been read over since.
# It came up in a program that has a copy, bufbuild/buf#611; both packages are as they were.
# Why it matters: one login too many, or one long token, and the next `login` or `logout` takes all the others with it.
set -euo pipefail
list=/usr/share/gocode/src/github.com
{ command -v go && [ -d $list/bgentry/go-netrc ] && [ -d $list/git-lfs/go-netrc ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go golang-github-bgentry-go-netrc-dev \
    golang-github-git-lfs-go-netrc-dev > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	first "github.com/bgentry/go-netrc/netrc"
	second "github.com/git-lfs/go-netrc/netrc"
)

func main() {
	good := true
	for _, machines := range []int{10, 200} {
		var text strings.Builder
		for i := 0; i < machines; i++ {
			fmt.Fprintf(&text, "machine m%d.example\n  login user%d\n  password secret%d\n", i, i, i)
		}
		a, errA := first.Parse(strings.NewReader(text.String()))
		b, errB := second.Parse(strings.NewReader(text.String()))
		if errA != nil || errB != nil {
			panic("unreadable")
		}
		for i := 0; i < machines; i++ {
			name, password := fmt.Sprintf("m%d.example", i), fmt.Sprintf("secret%d", i)
			good = good && a.FindMachine(name).Password == password && b.FindMachine(name, "").Password == password
		}
		writtenA, _ := a.MarshalText()
		writtenB, _ := b.MarshalText()
		sameA, sameB := string(writtenA) == text.String(), string(writtenB) == text.String()
		_, againA := first.Parse(strings.NewReader(string(writtenA)))
		_, againB := second.Parse(strings.NewReader(string(writtenB)))
		fmt.Printf("%d bytes: written as read: %t and %t, read again: %v and %v\n", text.Len(), sameA, sameB, againA, againB)
		short := text.Len() < 4096
		good = good && sameA == short && sameB == short && (againA == nil) == short && (againB == nil) == short
	}
	if !good {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), $(dpkg-query -W golang-github-bgentry-go-netrc-dev golang-github-git-lfs-go-netrc-dev | tr '\t\n' '  ')"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
