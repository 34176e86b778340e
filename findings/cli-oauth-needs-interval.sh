#!/usr/bin/env bash
# github.com/cli/oauth 1.0.1 for Go (Debian 12), whose `Host` takes the addresses of any server, at one that keeps to the standards.
# Expected: the device login polls each five seconds where the server names no `interval`, which is optional (RFC 8628 section 3.2); the
# login by browser sends `grant_type=authorization_code` and the `redirect_uri` again (RFC 6749 section 4.1.3).
# Seen: the first ends with `could not parse interval=""`, after the server has made a code for the person. The second sends no
# `grant_type`, no `redirect_uri`, and an empty `client_secret` where there is none; it ends with `unsupported_grant_type`.
# Why it matters: GitHub does not mind either, so that all is well until a program is pointed at the next server.
set -euo pipefail
{ command -v go && [ -d /usr/share/gocode/src/github.com/cli/oauth ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go \
    golang-github-cli-oauth-dev > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"

	"github.com/cli/oauth"
)

func main() {
	interval, sent := "", url.Values{}
	mux := http.NewServeMux()
	answer := func(path string, reply func(*http.Request) (int, string)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			r.ParseForm()
			status, body := reply(r)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		})
	}
	answer("/device", func(r *http.Request) (int, string) {
		return 200, `{"device_code":"d","user_code":"ABCD","verification_uri":"https://x.example","expires_in":600` + interval + `}`
	})
	answer("/token", func(r *http.Request) (int, string) {
		if sent = r.PostForm; sent.Get("grant_type") == "" {
			return 400, `{"error":"unsupported_grant_type"}`
		}
		return 200, `{"access_token":"token","token_type":"Bearer"}`
	})
	server := httptest.NewServer(mux)
	host := &oauth.Host{AuthorizeURL: server.URL + "/authorize", DeviceCodeURL: server.URL + "/device", TokenURL: server.URL + "/token"}
	flow := &oauth.Flow{Host: host, ClientID: "app", CallbackURI: "http://127.0.0.1/callback", DisplayCode: func(_, _ string) error { return nil }}
	flow.BrowseURL = func(address string) error {
		if asked, _ := url.Parse(address); asked.Path == "/authorize" {
			query := asked.Query()
			go http.Get(query.Get("redirect_uri") + "?code=c&state=" + query.Get("state"))
		}
		return nil
	}
	_, without := flow.DeviceFlow()
	interval = `,"interval":1`
	token, with := flow.DeviceFlow()
	fmt.Println("device login without interval:", without)
	fmt.Println("device login with interval:", with)
	_, browser := flow.WebAppFlow()
	_, secret := sent["client_secret"]
	fmt.Printf("login by browser: %v\nsent: %s\n", browser, strings.Join(strings.Split(sent.Encode(), "&"), " "))
	changed := without == nil || !strings.Contains(without.Error(), `interval=""`) || with != nil || token.Token != "token" ||
		browser == nil || browser.Error() != "unsupported_grant_type" || sent.Has("grant_type") || sent.Has("redirect_uri") || !secret
	if changed {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), $(dpkg-query -W golang-github-cli-oauth-dev | tr '\t' ' ')"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
