#!/usr/bin/env bash
# HTTP::CookieMonster 0.11 (with HTTP::Cookies 6.10) for Perl (Debian 12): a cookie of the jar is read and set again, as its synopsis does.
# Expected: where nothing was changed in it, the jar has the cookie that it had.
# Seen: a cookie that ends in an hour ends in more than fifty years: `expires` is read as a date in seconds since 1970, and set as the number
# of seconds that are left. And the value is sent in other letters: `a+b/c==` as `a%2Bb%2Fc%3D%3D`.
# Why it matters: the jar sends an ended session until the file is thrown away, and a server that compares the value does not know it.
set -euo pipefail
perl -MHTTP::CookieMonster -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libhttp-cookiemonster-perl > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libhttp-cookiemonster-perl)
[ "$version" = 0.11-2 ] || { echo "libhttp-cookiemonster-perl is $version, and not 0.11-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PERL'
use strict;
use warnings;
use HTTP::CookieMonster;
use HTTP::Cookies;
use HTTP::Date 'time2str';
use HTTP::Request;
use HTTP::Response;

my $asked = HTTP::Request->new(GET => 'http://app.example.com/');
my $answer = HTTP::Response->new(200, 'OK', ['Set-Cookie' => 'session=a+b/c==; Path=/; Expires=' . time2str(time + 3600)]);
$answer->request($asked);
my $jar = HTTP::Cookies->new;
$jar->extract_cookies($answer);

sub seen {
    my $request = HTTP::Request->new(GET => 'http://app.example.com/');
    $jar->add_cookie_header($request);
    my $left;
    $jar->scan(sub { $left = $_[8] - time() });
    print "sent: ", $request->header('Cookie'), ", which ends in $left seconds\n";
    return ($request->header('Cookie'), $left);
}
my ($before, $hour) = seen();
my $monster = HTTP::CookieMonster->new($jar);
$monster->set_cookie($monster->get_cookie('session'));
my ($after, $decades) = seen();
die "the behaviour has changed\n"
    unless $before eq 'session=a+b/c==' && $hour <= 3600 && $after eq 'session=a%2Bb%2Fc%3D%3D' && $decades > 50 * 365 * 86400;
PERL
echo "perl $(perl -e 'print $^V'), libhttp-cookiemonster-perl $version, $(dpkg-query -W libhttp-cookies-perl | tr '\t' ' ')"
perl program.pl
