#!/usr/bin/env bash
# github.com/pquerna/cachecontrol of 2017-10-18 for Go (Debian 12; go-oidc asks it how long the keys of a server may be held), `CachableResponse`.
# Expected: an answer that has lain in a cache on its way for 50 minutes, which `Age: 3000` says, is good for ten minutes more of its
# hour (RFC 9111 section 4.2.3); a `no-store` in a second line `Cache-Control` counts as if it stood in the first (RFC 9110 section 5.3).
# Seen: it is good for another hour; the second line is not read, and the answer may be stored.
# Why it matters: with a CDN before the server, keys that were taken away are held for up to twice as long as the server has said. The
# server alone, as in tests, sends no `Age`.
set -euo pipefail
{ command -v go && [ -d /usr/share/gocode/src/github.com/pquerna/cachecontrol ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go \
    golang-github-pquerna-cachecontrol-dev > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/pquerna/cachecontrol"
)

func ask(header http.Header) (int, []string) {
	now := time.Now().UTC()
	request, _ := http.NewRequest("GET", "https://issuer.example/keys", nil)
	response := &http.Response{StatusCode: 200, Header: header}
	reasons, end, err := cachecontrol.CachableResponse(request, response, cachecontrol.Options{PrivateCache: true})
	if err != nil {
		panic(err)
	}
	names := []string{}
	for _, reason := range reasons {
		names = append(names, reason.String())
	}
	return int(end.Sub(now).Round(time.Minute).Minutes()), names
}

func main() {
	date := time.Now().Add(-50 * time.Minute).UTC().Format(http.TimeFormat)
	fresh, _ := ask(http.Header{"Cache-Control": {"max-age=3600"}})
	aged, _ := ask(http.Header{"Cache-Control": {"max-age=3600"}, "Age": {"3000"}, "Date": {date}})
	_, one := ask(http.Header{"Cache-Control": {"max-age=3600, no-store"}})
	_, two := ask(http.Header{"Cache-Control": {"max-age=3600", "no-store"}})
	fmt.Printf("minutes left: %d; with an Age of 50 minutes: %d\n", fresh, aged)
	fmt.Printf("against storing, no-store in one line: %v; in two: %v\n", one, two)
	if fresh != 60 || aged != 60 || len(one) != 1 || len(two) != 0 {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), $(dpkg-query -W golang-github-pquerna-cachecontrol-dev | tr '\t' ' ')"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
