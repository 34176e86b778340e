#!/usr/bin/env bash
# HTTP::Cache::Transparent 1.4 for Perl (Debian 12), which caches for LWP::UserAgent, at an API that names its next page in `Link`.
# Expected: an answer from the cache has the headers of the answer that was stored (RFC 9111 section 3.1), whether the server was asked
# again (304) or not (`NoUpdate`).
# Seen: it has five of them, `Content-Type` and the like. `Link` is gone, as are all that the API has of its own.
# Why it matters: the first run reads all pages. The next one reads the first page, finds no next one, and is done; what stands on the
# other pages seems to be deleted. "Transparent" is the name.
set -euo pipefail
perl -MHTTP::Cache::Transparent -MHTTP::Daemon -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libhttp-cache-transparent-perl \
    libhttp-daemon-perl > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PL'
use strict;
use warnings;
use HTTP::Cache::Transparent;
use HTTP::Daemon;
use LWP::UserAgent;

my $server = HTTP::Daemon->new(LocalAddr => '127.0.0.1') or die "no server: $!";
my $child = fork // die;
if (!$child) {
    while (my $connection = $server->accept) {
        while (my $request = $connection->get_request) {
            my $page = $request->uri->query;
            my @headers = ('Content-Type' => 'application/json', ETag => qq("$page"));
            push @headers, Link => qq(</users?2>; rel="next") if $page == 1;
            my $known = ($request->header('If-None-Match') // '') eq qq("$page");
            my @answer = $known ? (304, undef, [ETag => qq("$page")]) : (200, undef, \@headers, "page $page");
            $connection->send_response(HTTP::Response->new(@answer));
        }
    }
    exit;
}
$SIG{ALRM} = sub { kill 'TERM', $child; die "too slow\n" };
alarm 60;
my $base = $server->url;
$base =~ s{/$}{};
my %seen;
for my $no_update (0, 60) {
    HTTP::Cache::Transparent::init({ BasePath => "$ENV{PWD}/cache-$no_update", NoUpdate => $no_update });
    for my $run (1, 2) {
        my ($path, @pages) = ('/users?1');
        while ($path) {
            my $response = LWP::UserAgent->new->get($base . $path);
            push @pages, $response->decoded_content;
            ($path) = ($response->header('Link') // '') =~ /<(.*?)>/;
        }
        $seen{"$no_update $run"} = join ', ', @pages;
        print 'NoUpdate ', $no_update, ", run $run: ", $seen{"$no_update $run"}, "\n";
    }
}
kill 'TERM', $child;
waitpid $child, 0;
my $same = join ' / ', map { $seen{$_} } '0 1', '0 2', '60 1', '60 2';
die "the behaviour has changed\n" unless $same eq 'page 1, page 2 / page 1 / page 1, page 2 / page 1';
PL
echo "$(perl -v | grep -o 'v5[0-9.]*' | head -1), $(dpkg-query -W libhttp-cache-transparent-perl | tr '\t' ' ')"
perl program.pl
