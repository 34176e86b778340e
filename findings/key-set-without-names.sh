#!/usr/bin/env bash
# json-jwt 1.14.0 for Ruby (openid_connect verifies with it) and Crypt::JWT 0.034 for Perl (Debian 12), given the JWK set of a server
# that has one key, and a token that it signed, both without a `kid`.
# Expected: the token is verified with the one key. `kid` is optional in both (RFC 7515 section 4.1.4, RFC 7517 section 4.5), and OpenID
# Connect Core asks for it where there are several keys only (section 10.1).
# Seen: it is refused, with KidNotFound and "kid_keys lookup failed". The same key taken out of the set by hand verifies it.
# Why it matters: servers that are small or young have one key and no names. Nothing is wrong with any of the two sides, and the
# message says that the key is not there.
set -euo pipefail
{ ruby -e 'require "json/jwt"' && perl -MCrypt::JWT -e 1; } 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-json-jwt libcrypt-jwt-perl > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' };
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = `${part({ alg: 'RS256' })}.${part({ sub: 'ada' })}`;
writeFileSync('set.json', JSON.stringify({ keys: [jwk] }));
writeFileSync('token', `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`);
JS
cat > program.rb <<'RB'
require "json/jwt"

set = JSON::JWK::Set.new(JSON.parse(File.read("set.json")))
answers = [set, set.first].map do |key|
  JSON::JWT.decode(File.read("token"), key)["sub"]
rescue JSON::JWK::Set::KidNotFound => error
  error.class.name.split("::").last
end
puts "ruby #{RUBY_VERSION}, json-jwt #{Gem.loaded_specs["json-jwt"]&.version || `dpkg-query -W -f '${Version}' ruby-json-jwt`}"
puts "set: #{answers[0]}, its key: #{answers[1]}"
abort "the behaviour has changed" unless answers == %w[KidNotFound ada]
RB
cat > program.pl <<'PL'
use strict;
use warnings;
use Crypt::JWT qw(decode_jwt);
use JSON::PP;

sub text { open my $file, '<', shift or die; local $/; <$file> }
my $set = decode_json(text('set.json'));
my @answers = map {
    my $payload = eval { decode_jwt(token => text('token'), @$_) };
    $payload ? $payload->{sub} : $@ =~ s/ at .*//sr;
} [kid_keys => $set], [key => $set->{keys}[0]];
print "$^V, Crypt::JWT ", Crypt::JWT->VERSION, "\nset: $answers[0], its key: $answers[1]\n";
die "the behaviour has changed\n" unless "@answers" eq 'JWS: kid_keys lookup failed ada';
PL
node server.mjs
ruby program.rb
perl program.pl
