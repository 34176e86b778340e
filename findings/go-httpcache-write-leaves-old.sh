#!/usr/bin/env bash
# github.com/gregjones/httpcache of 2018-03-05 for Go (Debian 12), a `Transport` that caches, with a PUT or DELETE between two GETs of one address.
# Expected: a write that went well takes the stored answer for that address away (RFC 9111 section 4.4), and the second GET asks.
# Seen: the second GET gets what was before the write. What the write takes away is "PUT http://…", under which nothing is stored; the
# answers to GET are stored under the address alone.
# Why it matters: the program that has just revoked a grant, or changed a client, sees it as it was for as long as `max-age` says.
set -euo pipefail
{ command -v go && [ -d /usr/share/gocode/src/github.com/gregjones/httpcache ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go \
    golang-github-gregjones-httpcache-dev > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/gregjones/httpcache"
)

func main() {
	state := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			state = r.Method
		}
		w.Header().Set("Cache-Control", "max-age=600")
		fmt.Fprint(w, state)
	}))
	good := true
	for _, method := range []string{"PUT", "DELETE", "POST", "PATCH"} {
		state = "as it was"
		client := httpcache.NewMemoryCacheTransport().Client()
		call := func(method string) string {
			request, _ := http.NewRequest(method, server.URL+"/grants/1", nil)
			response, err := client.Do(request)
			if err != nil {
				panic(err)
			}
			defer response.Body.Close()
			body, _ := io.ReadAll(response.Body)
			return string(body)
		}
		before, written, after := call("GET"), call(method), call("GET")
		fmt.Printf("GET: %q, %s: %q, GET: %q\n", before, method, written, after)
		good = good && before == "as it was" && written == method && after == "as it was"
	}
	if !good {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), $(dpkg-query -W golang-github-gregjones-httpcache-dev | tr '\t' ' ')"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
