#!/usr/bin/env bash
# lockfile 2.1.3 for Ruby (Debian 12; the newest there is), a lock that is taken by `lock` without a block, and a process that ends.
# Expected: the lock file goes with its process; "normally a finalizer is defined to clean up", says its README of `dont_clean`.
# Seen: it stays, and others wait for it: an hour until it counts as left behind (`max_age`), and half an hour more (`suspend`). What is
# to remove it at the end is a lambda without an argument, and Ruby calls it with one; there is a warning of two lines.
# Why it matters: a program that fails or is stopped between `lock` and `unlock` holds up all others for an hour and a half. The module
# has a block form, which unlocks, and is what its tests use.
set -euo pipefail
ruby -e 'require "lockfile"' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ruby ruby-lockfile > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.rb <<'RB'
require "lockfile"

OTHER = 'require "lockfile"; Lockfile.new("token.lock", "retries" => 1, "poll_retries" => 1) { puts "in" } rescue puts "refused"'
ENDINGS = { "unlock" => "lock.unlock", "the end" => "", "exit" => "exit", "an error" => "raise 'no answer'" }
seen = ENDINGS.transform_values do |ending|
  system("ruby", "-e", "require 'lockfile'; lock = Lockfile.new('token.lock').lock; #{ending}", err: "told")
  told = File.read("told")[/wrong number of arguments/]
  [IO.popen(["ruby", "-e", OTHER], &:read).strip, told].tap { File.delete("token.lock") if File.exist?("token.lock") }
end
puts "max_age #{Lockfile.max_age} s, suspend #{Lockfile.suspend} s, dont_clean #{Lockfile.dont_clean}"
seen.each { |ending, (answer, told)| puts "after a process with the lock that came to #{ending}, another is: #{answer} (#{told || 'no warning'})" }
stays = ["refused", "wrong number of arguments"]
abort "the behaviour has changed" unless seen.values == [["in", nil], stays, stays, stays]
RB
echo "ruby $(ruby -e 'puts RUBY_VERSION'), $(dpkg-query -W ruby-lockfile | tr '\t' ' ')"
ruby program.rb
