#!/usr/bin/env bash
# LWP::Authen::OAuth2 0.20 (Debian 12), a client of OAuth 2.0 in Perl, with its option early_refresh_time (300 s unless given).
# Expected: a token of an hour that has a minute left is renewed before the request, as the option says.
# Seen: it is sent, with five seconds left too. Only a token that is over by the clock is renewed. The option is held against half of
# the time that is left, instead of half of the whole life, so that it never comes true.
# Why it matters: what is sent in the last moment arrives after the end, on each slow network and at each server whose clock is
# ahead, and that is what the option was for.
set -euo pipefail
perl -MLWP::Authen::OAuth2 -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq liblwp-authen-oauth2-perl > /dev/null 2>&1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill $server; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { createServer } from 'node:http';

createServer((request, response) => {
  const answer =
    request.url === '/token' ? { access_token: 'renewed', token_type: 'Bearer', expires_in: 3600 } : request.headers.authorization;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
JS
cat > program.pl <<'PL'
use strict;
use warnings;
use JSON::PP;
use LWP::Authen::OAuth2;

my $server = "http://127.0.0.1:$ENV{PORT}";
my @seen;
for my $left (3000, 299, 60, 5, -1) {
    my $token = encode_json({
        access_token => 'stored', token_type => 'Bearer', refresh_token => 'refresh', _class => 'LWP::Authen::OAuth2::AccessToken::Bearer',
        expires_in => 3600, create_time => time() - 3600 + $left,
    });
    my $client = LWP::Authen::OAuth2->new(
        token_endpoint => "$server/token", authorization_endpoint => "$server/authorize", redirect_uri => "$server/back",
        client_id => 'app', client_secret => 'secret',
        early_refresh_time => 300, token_string => $token,
    );
    my $sent = $client->get("$server/api")->content;
    push @seen, $sent;
    print "$left s left: $sent\n";
}
my @stored = ('"Bearer stored"') x 4;
die "the behaviour has changed\n" unless "@seen" eq "@stored \"Bearer renewed\"";
PL
node server.mjs > port &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "$(perl -v | grep -o 'v5[0-9.]*' | head -1), LWP::Authen::OAuth2 $(perl -MLWP::Authen::OAuth2 -e 'print LWP::Authen::OAuth2->VERSION')"
PORT=$(cat port) perl program.pl
