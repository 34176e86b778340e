#!/usr/bin/env bash
# Net::OAuth2 0.67 (Debian 12), a client of OAuth 2.0 in Perl, at a server that rotates refresh tokens and leaves expires_in out of
# its answers, as it may (RFC 6749 section 5.1: RECOMMENDED).
# Expected: a login and a renewal have the same kind of answer, so what is taken from the one is taken from the other.
# Seen: the login is taken. The renewal ends with "no expires_in found in refresh data", after the server has answered: the new
# access token and the new refresh token are thrown away, and the next call sends the used one, which is refused.
# Why it matters: the login is lost at its first renewal, and the message sounds as though the server had given nothing.
set -euo pipefail
perl -MNet::OAuth2::Profile::WebServer -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq libnet-oauth2-perl > /dev/null 2>&1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill $server; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { createServer } from 'node:http';

let good = 'refresh-0';
let renewals = 0;
createServer(async (request, response) => {
  let text = '';
  for await (const part of request) text += part;
  const form = new URLSearchParams(text);
  const isLogin = form.get('grant_type') === 'authorization_code';
  const isGood = isLogin || form.get('refresh_token') === good;
  if (isGood && !isLogin) good = `refresh-${++renewals}`;
  const tokens = { access_token: `access-${renewals}`, token_type: 'Bearer', refresh_token: good };
  const answer = isGood ? tokens : { error: 'invalid_grant' };
  response.writeHead(isGood ? 200 : 400, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
JS
cat > program.pl <<'PL'
use strict;
use warnings;
use Net::OAuth2::Profile::WebServer;

my $profile = Net::OAuth2::Profile::WebServer->new(
    client_id => 'app', client_secret => 'secret', site => "http://127.0.0.1:$ENV{PORT}", access_token_path => '/token',
    authorize_path => '/authorize', refresh_token_path => '/token', redirect_uri => 'http://127.0.0.1/back',
);
my $token = $profile->get_access_token('code');
my @seen = ('login: ' . $token->access_token);
for (1 .. 2) {
    my $renewed = eval { $token->refresh; $token->access_token };
    push @seen, "renewal $_: " . ($renewed || $@ =~ s/ at \S+ line.*//sr =~ s/\s+/ /gr);
}
push @seen, 'held: ' . $token->refresh_token;
print map "$_\n", @seen;
my ($login, $first, $second, $held) = @seen;
die "the behaviour has changed\n"
    unless $login eq 'login: access-0' && $first =~ /no expires_in found/ && $second =~ /invalid_grant/ && $held eq 'held: refresh-0';
PL
node server.mjs > port &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "$(perl -v | grep -o 'v5[0-9.]*' | head -1), Net::OAuth2 $(perl -MNet::OAuth2 -e 'print Net::OAuth2->VERSION')"
PORT=$(cat port) perl program.pl
