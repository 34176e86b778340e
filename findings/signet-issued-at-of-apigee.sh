#!/usr/bin/env bash
# signet 0.17.0 for Ruby (Debian 12), an OAuth 2.0 client, at a server that answers as Apigee and Salesforce do: with an `issued_at`
# of their own, in milliseconds, as text or as a number.
# Expected: what RFC 6749 does not know in an answer is ignored (section 5.1), so the token is held and ends after `expires_in`.
# Seen: `issued_at` is read as a time in Signet's own form. As text it is an error, "no time information", and the new tokens are
# not held, though the server has given them. As a number it is the year 57972, and the token never ends.
# Why it matters: a renewal whose answer is lost has used up the refresh token, where the server exchanges it for a new one.
set -euo pipefail
ruby -e 'require "signet/oauth_2/client"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-signet > /dev/null 2>&1; }
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill $server; rm -rf "$folder"' EXIT
cd "$folder"
cat > server.mjs <<'JS'
import { createServer } from 'node:http';

const issued = { '/none': {}, '/text': { issued_at: '1790000000000' }, '/number': { issued_at: 1790000000000 } };
createServer((request, response) => {
  const answer = { access_token: 'new', token_type: 'Bearer', expires_in: 1799, refresh_token: 'new', ...issued[request.url] };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});
JS
cat > program.rb <<'RB'
require "signet/oauth_2/client"
require "signet/version"

seen = %w[none text number].to_h do |form|
  client = Signet::OAuth2::Client.new(
    client_id: "app", client_secret: "secret", token_credential_uri: "http://127.0.0.1:#{ENV["PORT"]}/#{form}", refresh_token: "old"
  )
  begin
    client.refresh!
    [form, [client.refresh_token, ((client.expires_at - Time.now) / (60 * 60 * 24 * 365)).round]]
  rescue ArgumentError => error
    [form, [client.refresh_token, error.message]]
  end
end
puts "ruby #{RUBY_VERSION}, signet #{Signet::VERSION}"
seen.each { |form, (token, left)| puts "issued_at #{form}: refresh token #{token}, years left: #{left}" }
good = seen["none"] == ["new", 0] && seen["text"][0] == "old" && seen["text"][1].include?("no time information") &&
       seen["number"][0] == "new" && seen["number"][1] > 50_000
abort "the behaviour has changed" unless good
RB
node server.mjs > port &
server=$!
until [ -s port ]; do sleep 0.1; done
PORT=$(cat port) ruby program.rb
