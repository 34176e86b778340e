#!/usr/bin/env bash
# Cache 2.11 for Perl (Debian 12; the newest there is), with `$cache->set($key, $value, '1 M')`.
# Expected: the entry is kept for a month; `M`, `month` and `months` are named for it in the manual, as `m` is for a minute.
# Seen: it is kept for a minute, as with `1 m`. The text is turned into small letters before the unit is looked up. `1 month` works.
# Why it matters: what is to be held for a month, the end of a login, is gone at the first coffee. It is right when it is looked at.
set -euo pipefail
perl -MCache::Memory -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libcache-perl > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PL'
use strict;
use warnings;
use Cache::File;
use Cache::Memory;

for my $cache (Cache::Memory->new, Cache::File->new(cache_root => 'cache')) {
    my @seen;
    for my $time ('1 m', '1 M', '1 month') {
        $cache->set('token', 'held', $time);
        push @seen, sprintf '%.0f', ($cache->expiry('token') - time) / 60;
    }
    print ref $cache, ", minutes for '1 m', '1 M' and '1 month': @seen\n";
    die "the behaviour has changed\n" unless "@seen" eq '1 1 43200';
}
PL
echo "$(perl -v | grep -o 'v5[0-9.]*' | head -1), Cache $(perl -MCache -e 'print Cache->VERSION')"
perl program.pl
