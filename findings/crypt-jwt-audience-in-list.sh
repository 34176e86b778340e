#!/usr/bin/env bash
# Crypt::JWT 0.034 for Perl (Debian 12), `decode_jwt` with `verify_aud => 'app'`.
# Expected: a token is good whose audience is "app", or a list that has "app" in it, which is the general case (RFC 7519 section 4.1.3).
# Seen: each list is refused, also the list of this one name, with "aud claim scalar check failed".
# Why it matters: a server decides by token which form it sends. The login works until one more scope or API puts a second name into
# the audience, or until the server is another one.
set -euo pipefail
perl -MCrypt::JWT -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libcrypt-jwt-perl > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PL'
use strict;
use warnings;
use Crypt::JWT qw(decode_jwt encode_jwt);
use JSON::PP;

my @seen;
for my $audience ('app', ['app'], ['app', 'api']) {
    my $token = encode_jwt(payload => { aud => $audience, exp => time() + 60 }, alg => 'HS256', key => 'secret');
    my $good = eval { decode_jwt(token => $token, key => 'secret', verify_aud => 'app') };
    my $answer = $good ? 'good' : $@ =~ s/ at .*//sr;
    print JSON::PP->new->allow_nonref->encode($audience), ": $answer\n";
    push @seen, $answer;
}
my $refused = 'JWT: aud claim scalar check failed';
die "the behaviour has changed\n" unless "@seen" eq "good $refused $refused";
PL
echo "$(perl -v | grep -o 'v5[0-9.]*' | head -1), Crypt::JWT $(perl -MCrypt::JWT -e 'print Crypt::JWT->VERSION')"
perl program.pl
