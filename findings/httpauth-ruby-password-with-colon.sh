#!/usr/bin/env bash
# httpauth 0.2 for Ruby (Debian 12), `HTTPAuth::Basic.unpack_authorization`, with passwords that have a colon in them.
# Expected: the user name ends at the first colon, and all after it is the password, colons and all (RFC 7617 section 2).
# Seen: the password ends at its first colon. The same package makes the header rightly.
# Why it matters: of passwords with 16 characters that were made at random from all that can be typed, one in six has a colon. It is
# refused for ever, the others are not, and what the client sends is right.
set -euo pipefail
ruby -e 'require "httpauth"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-httpauth > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require "httpauth"

seen = ["secret", "se:cret", "secret:"].to_h do |password|
  header = HTTPAuth::Basic.pack_authorization("ada", password)
  raise "the header is wrong" unless header == "Basic " + ["ada:#{password}"].pack("m0")
  [password, HTTPAuth::Basic.unpack_authorization(header).last]
end
puts "sent and read: #{seen}"
abort "the behaviour has changed" unless seen == { "secret" => "secret", "se:cret" => "se", "secret:" => "secret" }
RB
echo "ruby $(ruby -e 'puts RUBY_VERSION'), $(dpkg-query -W ruby-httpauth | tr '\t' ' ')"
ruby program.rb
