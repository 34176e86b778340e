#!/usr/bin/env bash
# Cache::Simple::TimedExpiry 0.27 for Perl (Debian 12), whose example stores as `$h->set($key, $value, $seconds)`.
# Expected: what is stored with 3600 is there four seconds later; what is stored anew lives as long from then on.
# Seen: the third argument is read nowhere, and the entry is gone after the two seconds that hold for all; there is no error. And with
# `expire_after(5)`, a value that was stored anew after three seconds is gone at the end of the one before it, two or three seconds later:
# each store puts the key at the end of a queue, and does not take it out where it stands already.
# Why it matters: a token is got anew all the time, and a new one is lost soon after it was stored.
set -euo pipefail
perl -MCache::Simple::TimedExpiry -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libcache-simple-timedexpiry-perl > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libcache-simple-timedexpiry-perl)
[ "$version" = 0.27-3.1 ] || { echo "libcache-simple-timedexpiry-perl is $version, and not 0.27-3.1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PERL'
use strict;
use warnings;
use Cache::Simple::TimedExpiry;

my $own = Cache::Simple::TimedExpiry->new;
$own->set(token => 'good for an hour', 3600);
my $queue = Cache::Simple::TimedExpiry->new;
$queue->expire_after(5);
$queue->set(token => 'first');
my $control = Cache::Simple::TimedExpiry->new;
$control->expire_after(5);
sleep 3;
$queue->set(token => 'second');
$control->set(token => 'second');
sleep 1;
my $hour = $own->get('token') // 'gone';
sleep 3;
my ($twice, $once) = map { $_->get('token') // 'gone' } $queue, $control;
print "stored with 3600, after 4 s: $hour\n";
print "stored for 5 s and once more after 3 s, 4 s after that: $twice\n";
print "stored for 5 s, 4 s after that: $once\n";
die "the behaviour has changed\n" unless "$hour $twice $once" eq 'gone gone second';
PERL
echo "perl $(perl -e 'print $^V'), libcache-simple-timedexpiry-perl $version"
perl program.pl
