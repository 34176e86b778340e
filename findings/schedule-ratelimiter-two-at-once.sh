#!/usr/bin/env bash
# Schedule::RateLimiter 0.01 for Perl (Debian 12), told to let one event through in half a second, or three.
# Expected: each event comes half a second after the one before it, or after the third one before it: its documentation says that `seconds`
# is the least time before `iterations + 1` events have happened.
# Seen: after the first wait two come at once each time, or four. Who had to wait is noted with the time at which the waiting began, so
# that the next one finds the period over.
# Why it matters: a program that keeps to the limit of a token endpoint sends twice as many requests as it was allowed, and is told 429.
set -euo pipefail
perl -MSchedule::RateLimiter -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libschedule-ratelimiter-perl > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libschedule-ratelimiter-perl)
[ "$version" = 0.01-5 ] || { echo "libschedule-ratelimiter-perl is $version, and not 0.01-5" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PERL'
use strict;
use warnings;
use Schedule::RateLimiter;
use Time::HiRes 'time';

sub seen {
    my ($iterations, $count) = @_;
    my $limit = Schedule::RateLimiter->new(iterations => $iterations, seconds => 0.5);
    my @at = map { $limit->event; time } 1 .. $count;
    print "$iterations in 0.5 s:", (map { sprintf ' %.2f', $_ - $at[0] } @at), "\n";
    my @less = grep { $at[$_] - $at[$_ - $iterations] < 0.4 } $iterations .. $#at;
    return scalar @less;
}
my ($one, $three) = (seen(1, 9), seen(3, 12));
print "events that came too early: $one and $three\n";
die "the behaviour has changed\n" unless $one == 4 && $three == 2;
PERL
echo "perl $(perl -e 'print $^V'), libschedule-ratelimiter-perl $version"
perl program.pl
