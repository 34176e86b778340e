#!/usr/bin/env bash
# HTTP::CookieJar 0.014 for Perl (Debian 12), the jar that HTTP::Tiny names in its documentation, with `Domain=Example.com`.
# Expected: the cookie is kept: the jar says that it keeps to RFC 6265, which makes `Domain` small first (section 5.2.3), and it does so
# with the host of an address.
# Seen: the cookie is refused, and `Domain=example.com` is not. `add` says false, which HTTP::Tiny does not look at.
# Why it matters: a server whose configuration names its domain with a capital lets people in with each browser, and never with this jar:
# the request after the login has no cookie.
set -euo pipefail
perl -MHTTP::CookieJar -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libhttp-cookiejar-perl > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libhttp-cookiejar-perl)
[ "$version" = 0.014-1 ] || { echo "libhttp-cookiejar-perl is $version, and not 0.014-1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PERL'
use strict;
use warnings;
use HTTP::CookieJar;

sub sent {
    my ($host, $domain) = @_;
    my $jar = HTTP::CookieJar->new;
    my $added = $jar->add("https://$host/login", "session=1; Path=/; Domain=$domain") ? 'kept' : 'refused';
    my $header = $jar->cookie_header("https://$host/") || 'no cookie';
    print "https://$host with Domain=$domain: $added, sent: $header\n";
    return $header;
}
my @seen = map { sent(@$_) } ['app.example.com', 'example.com'], ['APP.Example.com', 'example.com'], ['app.example.com', 'Example.com'];
die "the behaviour has changed\n" unless join(', ', @seen) eq 'session=1, session=1, no cookie';
PERL
echo "perl $(perl -e 'print $^V'), libhttp-cookiejar-perl $version"
perl program.pl
