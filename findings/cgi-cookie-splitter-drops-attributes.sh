#!/usr/bin/env bash
# CGI::Cookie::Splitter 0.05 (with CGI 4.55) for Perl (Debian 12), which makes small cookies of one that is over 4096 bytes.
# Expected: `join` gives the big one again, as it is documented to be the inverse of `split`; the small ones have what the big one had.
# Seen: `Max-Age` and `SameSite` are dropped from each; `Path`, `Domain`, `Expires` and `Secure`, which the documentation names,
# stay. A cookie below the limit keeps all of them. A value whose last part would be the text "0" comes back without it.
# Why it matters: a session with tokens in it grows past 4096 bytes for some people. With `SameSite=None` it came along when the identity
# provider posted its answer (`response_mode=form_post`), and now does not; with `Max-Age` it outlived the browser, and now does not.
set -euo pipefail
perl -MCGI::Cookie::Splitter -MCGI::Cookie -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libcgi-cookie-splitter-perl libcgi-pm-perl \
    > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libcgi-cookie-splitter-perl)
[ "$version" = 0.05-3 ] || { echo "libcgi-cookie-splitter-perl is $version, and not 0.05-3" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PERL'
use strict;
use warnings;
use CGI::Cookie;
use CGI::Cookie::Splitter;

my $splitter = CGI::Cookie::Splitter->new;
my @names = qw(Path Max-Age SameSite Secure);

sub cookie {
    my ($value) = @_;
    return CGI::Cookie->new(-name => 'session', -value => $value, -path => '/', -secure => 1,
        '-max-age' => 86400, -samesite => 'None');
}

sub attributes {
    my ($text) = @_;
    return join ' ', grep { $text =~ /; $_\b/i } @names;
}
my ($small) = $splitter->split(cookie('a' x 3000));
my @parts = $splitter->split(cookie('a' x 6000));
my ($joined) = $splitter->join(@parts);
my %seen = map { attributes($_->as_string) => 1 } @parts;
print '3000 bytes, not split: ', attributes($small->as_string), "\n";
print '6000 bytes, ', scalar @parts, ' cookies: ', join(' and ', keys %seen), "\n";
print 'joined again: ', attributes($joined->as_string), "\n";
my ($cut) = grep { my ($back) = $splitter->join($splitter->split(cookie(('a' x $_) . '0'))); $back->value eq 'a' x $_ } 8000 .. 8100;
print 'a value of ', $cut // 'no', " letters and a 0 at its end comes back without the 0\n";
die "the behaviour has changed\n"
    unless attributes($small->as_string) eq "@names" && join('|', keys %seen) eq 'Path Secure'
    && attributes($joined->as_string) eq 'Path Secure' && defined $cut;
PERL
echo "perl $(perl -e 'print $^V'), libcgi-cookie-splitter-perl $version, $(dpkg-query -W libcgi-pm-perl | tr '\t' ' ')"
perl program.pl
