#!/usr/bin/env bash
# net-http-digest_auth 1.4.1 for Ruby (Debian 12; Mechanize logs in by it), with a user name or password that has a plus sign.
# Expected: in a URL a plus sign is itself (RFC 3986); it stands for a space in forms only. Net::HTTP and curl send it as it is.
# Seen: the header names the user "ada test" for `ada+test`, and a password with a plus sign is hashed with a space, as a form would be
# read. Who writes `%2B` into the URL, which nothing asks for, is understood.
# Why it matters: addresses like ada+test@example.com and secrets in base64 have plus signs. Over Basic they work, over Digest not.
set -euo pipefail
ruby -e 'require "net/http/digest_auth"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-net-http-digest-auth > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require "digest"
require "net/http/digest_auth"
require "uri"

def md5(*parts)
  Digest::MD5.hexdigest(parts.join(":"))
end

seen = ["ada+test:pass+word", "ada%2Btest:pass%2Bword"].to_h do |login|
  uri = URI("http://#{login}@www.example/")
  header = Net::HTTP::DigestAuth.new.auth_header(uri, 'Digest realm="r", nonce="n"', "GET")
  user, response = header[/username="(.*?)"/, 1], header[/response="(.*?)"/, 1]
  password = ["pass+word", "pass word"].find { |one| response == md5(md5(user, "r", one), "n", md5("GET", "/")) }
  [login, [user, password]]
end
puts "in the URL, and sent: #{seen}"
right = { "ada+test:pass+word" => ["ada test", "pass word"], "ada%2Btest:pass%2Bword" => ["ada+test", "pass+word"] }
abort "the behaviour has changed" unless seen == right
RB
echo "ruby $(ruby -e 'puts RUBY_VERSION'), $(dpkg-query -W ruby-net-http-digest-auth | tr '\t' ' ')"
ruby program.rb
