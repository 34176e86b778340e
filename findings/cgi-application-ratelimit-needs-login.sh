#!/usr/bin/env bash
# CGI::Application::Plugin::RateLimit 1.0 for Perl (Debian 12), which limits each user by login or, without a login, by address.
# Expected: without a login the visitor's address counts, which the server gives as REMOTE_ADDR (RFC 3875 section 4.1.8).
# Seen: each request without a login fails, "Identity callback failed": the address is looked for in REMOTE_IP, which no gateway sets. With a
# login (REMOTE_USER), or an `identity_callback` of one's own, the limit holds.
# Why it matters: its example, a limit of failed logins, is for those who are not logged in yet; there is no page for them, not even the first.
set -euo pipefail
perl -MCGI::Application::Plugin::RateLimit -MDBD::SQLite -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends libcgi-application-plugin-ratelimit-perl \
    libdbd-sqlite3-perl > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libcgi-application-plugin-ratelimit-perl)
[ "$version" = 1.0-4 ] || { echo "libcgi-application-plugin-ratelimit-perl is $version, and not 1.0-4" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PL'
use strict;
use warnings;

package Page;
use base 'CGI::Application';
use CGI::Application::Plugin::RateLimit;
use DBI;

my $dbh = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', { RaiseError => 1 });
$dbh->do('CREATE TABLE rate_limit_hits (user_id TEXT, action TEXT, timestamp INTEGER)');

sub setup {
  my $self = shift;
  $self->start_mode('page');
  $self->run_modes(page => sub { 'the page' }, slower => sub { 'slower' });
  my $limit = $self->rate_limit;
  $limit->dbh($dbh);
  $limit->protected_modes(page => { timeframe => '10m', max_hits => 2 });
  $limit->violation_mode('slower');
}

package main;

sub requests {
  local %ENV = (REQUEST_METHOD => 'GET', QUERY_STRING => '', CGI_APP_RETURN_ONLY => 1, REMOTE_ADDR => '192.0.2.7', @_);
  return join ', ', map {
    my $answer = eval { Page->new(QUERY => CGI->new)->run } // "failed: $@";
    $answer =~ /(the page|slower|Identity callback failed)/ ? $1 : $answer;
  } 1 .. 3;
}

my %seen = (login => requests(REMOTE_USER => 'ada'), address => requests());
print "with a login: $seen{login}\nby address: $seen{address}\n";
die "the behaviour has changed\n"
  unless $seen{login} eq 'the page, the page, slower' && $seen{address} eq join ', ', ('Identity callback failed') x 3;
PL
echo "Perl $(perl -e 'print substr $^V, 1'), libcgi-application-plugin-ratelimit-perl $version"
perl -MCGI program.pl
