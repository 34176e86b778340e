#!/usr/bin/env bash
# netrc 0.11.0 for Ruby (Debian 12; the newest there is), with a file in which one entry names the password before the login.
# Expected: the order within an entry is free, as ftp and curl have it, and each machine has its own login and password.
# Seen: the entry has its own login, and the password of the machine that comes next in the file; that machine is not there at all.
# Once the login is found, the parser looks for the next word "password", wherever it stands, and takes all before it as blanks.
# Why it matters: two machines cannot be logged in to, and nothing is said. Which two, depends on what stands below.
set -euo pipefail
ruby -e 'require "netrc"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-netrc > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require "netrc"

def read(first)
  File.write("netrc", first + <<~REST, perm: 0o600)
    machine b.example
      login bob
      password of-bob
    machine c.example
      login eve
      password of-eve
  REST
  netrc = Netrc.read("netrc")
  %w[a b c].map { |name| netrc["#{name}.example"]&.to_a }
end

login_first = read("machine a.example\n  login ada\n  password of-ada\n")
password_first = read("machine a.example\n  password of-ada\n  login ada\n")
puts "ruby #{RUBY_VERSION}, netrc #{Netrc::VERSION}"
puts "login first:    #{login_first}", "password first: #{password_first}"
of_b, of_c = %w[bob of-bob], %w[eve of-eve]
abort "the behaviour has changed" unless login_first == [%w[ada of-ada], of_b, of_c] && password_first == [%w[ada of-bob], nil, of_c]
RB
ruby program.rb
