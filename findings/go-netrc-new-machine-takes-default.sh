#!/usr/bin/env bash
# github.com/bgentry/go-netrc of 2014-04-22 (its newest), for Go (Debian 12), with a file that has a `default` entry.
# Expected: after `NewMachine`, the new machine is found, and others still get the default one; after `RemoveMachine`, all is as before.
# Seen: from the new machine on no other gets the default, and the new machine is found after it was removed. In the list of machines it
# stands twice, in its own place and in that of the default one, which Go's append has written over. The file is written rightly.
# Why it matters: a program that logs in and goes on has no login for all other servers, and one that logged out still has it; started
# anew, neither is so, and the file shows nothing.
set -euo pipefail
{ command -v go && [ -d /usr/share/gocode/src/github.com/bgentry/go-netrc ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go golang-github-bgentry-go-netrc-dev > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/bgentry/go-netrc/netrc"
)

const text = "machine old.example\n  login ada\n  password of-ada\ndefault\n  login guest\n  password of-guest\n"

func main() {
	file, err := netrc.Parse(strings.NewReader(text))
	if err != nil {
		panic(err)
	}
	logins := func() string {
		seen := []string{}
		for _, name := range []string{"old.example", "new.example", "other.example"} {
			login := "none"
			if machine := file.FindMachine(name); machine != nil {
				login = machine.Login
			}
			seen = append(seen, login)
		}
		return strings.Join(seen, ", ")
	}
	before := logins()
	file.NewMachine("new.example", "bob", "of-bob", "")
	added := logins()
	file.RemoveMachine("new.example")
	removed := logins()
	written, _ := file.MarshalText()
	fmt.Println("login for old, new, other")
	fmt.Printf("read:    %s\nadded:   %s\nremoved: %s\nwritten as read: %t\n", before, added, removed, string(written) == text)
	if before != "ada, guest, guest" || added != "ada, bob, none" || removed != "ada, bob, none" || string(written) != text {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), $(dpkg-query -W golang-github-bgentry-go-netrc-dev | tr '\t' ' ')"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
