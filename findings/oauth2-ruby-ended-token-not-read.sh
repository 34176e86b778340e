#!/usr/bin/env bash
# oauth2 1.4.4 for Ruby (Debian 12), `AccessToken.from_hash`, with the end of a token that was stored as text, as Redis, an environment
# variable or a form gives it back; the comment of the option says "[FixNum, String] … the epoch time in seconds".
# Expected: a token whose end has come is read, and says `expired?`, after which one renews it.
# Seen: as text it is read while it is good; once its end has come, the text is taken for a date as people write them. For most ends that
# is an error, "argument out of range", before there is a token to renew, and for some it is another year, such as 1712.
# Why it matters: all goes well for the first hour after a login, and then each page of that user fails until the store is emptied.
set -euo pipefail
ruby -r oauth2 -e '' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-oauth2 > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' ruby-oauth2)
[ "$version" = 1.4.4-1+deb12u1 ] || { echo "ruby-oauth2 is $version, and not 1.4.4-1+deb12u1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require 'oauth2'

client = OAuth2::Client.new('app', 'hidden', site: 'http://127.0.0.1')
soon = Time.now.to_i + 3600
ends = [1_735_689_600, soon.to_s, '1735689600', '1767225600', '1712010203']
seen = ends.map do |at|
  token = OAuth2::AccessToken.from_hash(client, 'access_token' => 'ended', 'refresh_token' => 'good', 'expires_at' => at)
  [token.expired?, Time.at(token.expires_at).utc.year]
rescue ArgumentError => e
  e.message
end
ends.zip(seen) { |at, what| puts "#{at.inspect}: #{what.inspect}" }
right = [[true, 2025], [false, Time.at(soon).utc.year], 'argument out of range', 'argument out of range', [true, 1712]]
abort 'the behaviour has changed' unless seen == right
RB
echo "Ruby $(ruby -e 'print RUBY_VERSION'), ruby-oauth2 $version"
TZ=UTC ruby program.rb
