#!/usr/bin/env bash
# Web::Solid::Auth 0.91 for Perl (Debian 12), at a server whose `token_endpoint_auth_methods_supported` has `client_secret_basic`.
# Expected: `Authorization: Basic` with base64 of RFC 4648 section 4, with "+", "/" and "=" at the end (RFC 7617 section 2).
# Seen: base64url of section 5, without "=" at the end. Only where id and secret make a multiple of three bytes, and none of the two
# characters comes up, is it the same.
# Why it matters: a server that decodes as the standard says answers `invalid_client` to about two clients in three, which looks like a wrong
# secret; a server that is lenient, or a client that was registered with a longer secret, is right.
set -euo pipefail
perl -MWeb::Solid::Auth -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libweb-solid-auth-perl > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libweb-solid-auth-perl)
[ "$version" = 0.91-1 ] || { echo "libweb-solid-auth-perl is $version, and not 0.91-1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $server 2> /dev/null || true' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const [, secret, path] = request.url.match(/^\/([^/]*)(.*)$/);
  const base = `http://${request.headers.host}/${secret}`;
  const endpoints = { authorization_endpoint: `${base}/auth`, token_endpoint: `${base}/token`, registration_endpoint: `${base}/clients` };
  const [, basic] = request.headers.authorization?.split(' ') ?? [];
  const right = basic === Buffer.from(`app:${secret}`).toString('base64');
  const answers = {
    '/.well-known/openid-configuration': { issuer: base, ...endpoints, token_endpoint_auth_methods_supported: ['client_secret_basic'] },
    '/clients': { client_id: 'app', client_secret: secret },
    '/token': { token_type: 'DPoP', access_token: `${right ? 'right' : 'wrong'}, ${basic}` },
  };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[path]));
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat > program.pl <<'PL'
use strict;
use warnings;
use Web::Solid::Auth;

my %seen;
for my $secret (qw(hidden+ hidden-5 hidden~~~)) {
  my %at = (webid => 'http://ada.example/', redirect_uri => 'http://127.0.0.1/', cache => "cache-$secret");
  my $auth = Web::Solid::Auth->new(%at, issuer => "http://127.0.0.1:$ARGV[0]/$secret");
  $auth->make_authorization_request;
  my $token = $auth->make_access_token('code')->{access_token};
  print "app:$secret: $token\n";
  $seen{$secret} = $token;
}
my %then = ('hidden+' => 'wrong, YXBwOmhpZGRlbis', 'hidden-5' => 'right, YXBwOmhpZGRlbi01', 'hidden~~~' => 'wrong, YXBwOmhpZGRlbn5-fg');
die "the behaviour has changed\n" if grep { $seen{$_} ne $then{$_} } keys %then;
PL
node server.mjs &
server=$!
until [ -s port ]; do sleep 0.1; done
echo "Perl $(perl -e 'print substr $^V, 1'), libweb-solid-auth-perl $version"
HOME=$folder perl program.pl "$(cat port)"
