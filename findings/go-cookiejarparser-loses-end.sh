#!/usr/bin/env bash
# github.com/ssgelm/cookiejarparser 1.0.0 for Go (Debian 12), which makes a jar of a file of cookies that curl wrote.
# Expected: a cookie is sent until its end, whatever stands after it in the file.
# Seen: a cookie ends when it should only where it is the last one of its host. Each line sets the cookies of its host that were read before
# once more, by name and value alone: they have no end then, and are sent for as long as the jar is there.
# Why it matters: a program that goes on for days sends a session that ended long ago, as soon as the server has set a second cookie.
set -euo pipefail
{ command -v go && [ -d /usr/share/gocode/src/github.com/ssgelm/cookiejarparser ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends golang-go \
    golang-github-ssgelm-cookiejarparser-dev > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' golang-github-ssgelm-cookiejarparser-dev)
[ "$version" = 1.0.0-3 ] || { echo "golang-github-ssgelm-cookiejarparser-dev is $version, and not 1.0.0-3" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'GO'
package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/ssgelm/cookiejarparser"
)

func line(name string, end time.Time) string {
	return fmt.Sprintf("127.0.0.1\tFALSE\t/\tFALSE\t%d\t%s\t1\n", end.Unix(), name)
}

func jar(file, lines string) http.CookieJar {
	if err := os.WriteFile(file, []byte("# Netscape HTTP Cookie File\n"+lines), 0o600); err != nil {
		panic(err)
	}
	found, err := cookiejarparser.LoadCookieJarFile(file)
	if err != nil {
		panic(err)
	}
	return found
}

func main() {
	address, _ := url.Parse("http://127.0.0.1/")
	soon, hour := time.Now().Add(3*time.Second), time.Now().Add(time.Hour)
	last := jar("last", line("language", hour)+line("session", soon))
	first := jar("first", line("session", soon)+line("language", hour))
	fmt.Println("before the end of the session:", last.Cookies(address), first.Cookies(address))
	before := len(last.Cookies(address)) == 2 && len(first.Cookies(address)) == 2
	time.Sleep(5 * time.Second)
	fmt.Println("two seconds after it, where it is the last line:", last.Cookies(address))
	fmt.Println("two seconds after it, where it is the first line:", first.Cookies(address))
	if !before || len(last.Cookies(address)) != 1 || len(first.Cookies(address)) != 2 {
		fmt.Println("the behaviour has changed")
		os.Exit(1)
	}
}
GO
echo "$(go version), golang-github-ssgelm-cookiejarparser-dev $version"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go run program.go
