#!/usr/bin/env bash
# github.com/juju/usso 1.0.1 for Go (Debian 12), which signs requests by OAuth 1; the time and the nonce are made where none is given.
# Expected: two requests that are signed with the same `RequestParameters`, which say what is asked for, have two nonces: it is there to
# tell a request from a copy of it (RFC 5849 section 3.3).
# Seen: the first call writes its nonce and its time into the parameters, and each later one sends them again, for as long as they are kept.
# Why it matters: who asks the same in a loop is let in once and refused from then on, and some minutes later for the old time as well;
# a program that makes new parameters for each request is not.
set -euo pipefail
{ command -v go && [ -d /usr/share/gocode/src/github.com/juju/usso ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go golang-github-juju-usso-dev \
    > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' golang-github-juju-usso-dev)
[ "$version" = 1.0.1-2 ] || { echo "golang-github-juju-usso-dev is $version, and not 1.0.1-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"time"

	"github.com/juju/usso"
)

const address = "https://api.example.com/account"

var told = regexp.MustCompile(`oauth_timestamp="\d+", oauth_nonce="\d+"`)

func parameters() *usso.RequestParameters {
	return &usso.RequestParameters{HTTPMethod: "GET", BaseURL: address, SignatureMethod: usso.HMACSHA1{}}
}

func signed(with *usso.RequestParameters) string {
	login := &usso.SSOData{ConsumerKey: "app", ConsumerSecret: "secret", TokenKey: "token", TokenSecret: "secret"}
	request, _ := http.NewRequest("GET", address, nil)
	if err := login.SignRequest(with, request); err != nil {
		panic(err)
	}
	return told.FindString(request.Header.Get("Authorization"))
}

func main() {
	kept := parameters()
	first := signed(kept)
	time.Sleep(2 * time.Second)
	second, other := signed(kept), signed(parameters())
	fmt.Printf("first: %s\nsecond, two seconds later: %s\nwith new parameters: %s\n", first, second, other)
	if first == "" || first != second || first == other {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), golang-github-juju-usso-dev $version"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
