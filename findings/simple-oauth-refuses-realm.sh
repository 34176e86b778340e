#!/usr/bin/env bash
# simple_oauth 0.3.1 for Ruby (Debian 12), which makes and verifies headers of OAuth 1, with a header that names a realm.
# Expected: a header may begin with `realm="…"`, which is not signed (RFC 5849 section 3.5.1, whose examples all have one).
# Seen: `valid?` does not answer; it raises "Found extra option keys". The option `ignore_extra_keys` that would help is for the side
# that signs, and a server that has a header in hand cannot give it.
# Why it matters: this client sends no realm, so that all tests pass; libraries in other languages do, and find each call refused by an
# error of the server.
set -euo pipefail
ruby -e 'require "simple_oauth"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-simple-oauth > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require "simple_oauth"

secrets = { consumer_secret: "of-app", token_secret: "of-ada" }
request = [:get, "http://photos.example.net/photos", { "size" => "original" }]
signed = SimpleOAuth::Header.new(*request, secrets.merge(consumer_key: "app", token: "ada")).to_s
seen = [signed, signed.sub("OAuth ", 'OAuth realm="Photos", ')].map do |header|
  SimpleOAuth::Header.new(*request, header).valid?(secrets)
rescue RuntimeError => error
  error.message.tr("\n", " ")
end
puts "without a realm: #{seen.first}", "with a realm: #{seen.last}"
abort "the behaviour has changed" unless seen.first == true && seen.last.to_s.match?(/extra option keys.*:realm/)
RB
echo "ruby $(ruby -e 'puts RUBY_VERSION'), $(dpkg-query -W ruby-simple-oauth | tr '\t' ' ')"
ruby program.rb
