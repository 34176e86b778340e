#!/usr/bin/env bash
# HTTP::Link::Parser 0.200 for Perl (Debian 12), "parses HTTP Link headers", at an answer with several links.
# Expected: all of them, on one line with commas between them as well as on a line each, which is the same (RFC 8288 section 3).
# Seen: of each line the first one is read and the others are dropped; there is no error.
# Why it matters: most servers send one line. A program that goes by `next` ends at the first page where `first` or `prev` stands before it,
# and goes on where it does not.
set -euo pipefail
perl -MHTTP::Link::Parser -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libhttp-link-parser-perl > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libhttp-link-parser-perl)
[ "$version" = 0.200-1.1 ] || { echo "libhttp-link-parser-perl is $version, and not 0.200-1.1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PERL'
use strict;
use warnings;
use HTTP::Link::Parser ':standard';
use HTTP::Request;
use HTTP::Response;

my @links = ('<https://api.example.com/?page=1>; rel="first"', '<https://api.example.com/?page=3>; rel="next"');

sub seen {
    my $response = HTTP::Response->new(200, 'OK', [map { (Link => $_) } @_]);
    $response->request(HTTP::Request->new(GET => 'https://api.example.com/?page=2'));
    my $found = parse_links_to_rdfjson($response);
    return join ', ', sort map { m{([a-z]+)$} } map { keys %$_ } values %$found;
}
my ($line, $lines, $other) = (seen(join ', ', @links), seen(@links), seen(join ', ', reverse @links));
print "one line: $line\na line each: $lines\none line, next before first: $other\n";
die "the behaviour has changed\n" unless "$line|$lines|$other" eq 'first|first, next|next';
PERL
echo "perl $(perl -e 'print $^V'), libhttp-link-parser-perl $version"
perl program.pl
