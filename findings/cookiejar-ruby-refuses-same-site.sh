#!/usr/bin/env bash
# cookiejar 0.3.3 for Ruby (Debian 12), which em-http-request uses, with a server that gives its cookie the attribute `SameSite`.
# Expected: an attribute that is not known is ignored, and the cookie is kept (RFC 6265 section 4.1.2).
# Seen: an error, "Unknown cookie parameter 'samesite'", and the cookie is not kept. `set_cookies_from_headers`, which takes all
# headers of an answer, says nothing, and keeps the others.
# Why it matters: today's frameworks give `SameSite` to the cookie of a login, and not to that of the language, so that a client is
# anonymous and knows not why.
set -euo pipefail
ruby -r cookiejar -e '' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-cookiejar > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' ruby-cookiejar)
[ "$version" = 0.3.3-1.1 ] || { echo "ruby-cookiejar is $version, and not 0.3.3-1.1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require 'cookiejar'

login, account = %w[login account].map { |path| "http://api.example/#{path}" }
seen = ['sid=ada; Path=/; HttpOnly', 'sid=ada; Path=/; HttpOnly; SameSite=Lax', 'sid=ada; Path=/; Priority=High'].map do |cookie|
  one = CookieJar::Jar.new
  error = begin
    one.set_cookie(login, cookie) && nil
  rescue CookieJar::InvalidCookieError => e
    e.message
  end
  all = CookieJar::Jar.new
  all.set_cookies_from_headers(login, 'Set-Cookie' => [cookie, 'lang=en; Path=/'])
  line = [error || 'no error', one.get_cookie_header(account), all.get_cookie_header(account)]
  puts "#{cookie}: #{line.map(&:inspect).join(', ')}"
  line
end
right = [
  ['no error', 'sid=ada', 'sid=ada;lang=en'],
  ["Unknown cookie parameter 'samesite'", '', 'lang=en'],
  ["Unknown cookie parameter 'priority'", '', 'lang=en'],
]
abort 'the behaviour has changed' unless seen == right
RB
echo "Ruby $(ruby -e 'print RUBY_VERSION'), ruby-cookiejar $version"
ruby program.rb
