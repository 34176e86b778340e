#!/usr/bin/env bash
# net-http-digest_auth 1.4.1 for Ruby (Debian 12; Mechanize logs in by it), with the challenge of RFC 2617 section 3.5, in which
# the server names two ways that it can do: `qop="auth,auth-int"`.
# Expected: the client takes one of them, and answers `qop=auth`.
# Seen: it answers with the list, `qop=auth,auth-int`, which has no quotes and is no value, and counts the list into the hash.
# Why it matters: which servers offer both is a matter of their settings. The password is right and is refused, with 400, 401 or 500.
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

uri = URI("http://Mufasa:Circle@www.nowhere.org/dir/index.html")
seen = ["auth", "auth,auth-int"].to_h do |offered|
  challenge = %(Digest realm="testrealm@host.com", qop="#{offered}", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093")
  header = Net::HTTP::DigestAuth.new.auth_header(uri, challenge, "GET")
  value = ->(name) { header[/\b#{name}="?([^",\s]*)/, 1] }
  right = md5(md5("Mufasa", "testrealm@host.com", "Circle"), value["nonce"], value["nc"], value["cnonce"], "auth", md5("GET", uri.path))
  [offered, [header[/\bqop=.*?(?=, )/], value["response"] == right]]
end
puts "offered, answered, and whether the response is that of qop=auth: #{seen}"
right = { "auth" => ["qop=auth", true], "auth,auth-int" => ["qop=auth,auth-int", false] }
abort "the behaviour has changed" unless seen == right
RB
echo "ruby $(ruby -e 'puts RUBY_VERSION'), $(dpkg-query -W ruby-net-http-digest-auth | tr '\t' ' ')"
ruby program.rb
