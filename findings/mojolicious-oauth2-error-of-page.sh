#!/usr/bin/env bash
# Mojolicious::Plugin::OAuth2 2.02 (Debian 12), get_refresh_token_p, in a page that has a parameter named `error` for reasons of
# its own, in its query or in a form.
# Expected: a renewal has nothing to do with the parameters of the page that needs a token: what it needs is given to it.
# Seen: it takes `error` or `error_description` for an answer of the authorization server, as at the end of a login, and fails
# with that text. No request is sent.
# Why it matters: a form that reports an error, or a page that shows one, has no token whenever one is due, with a message that
# the person wrote. The same page without the parameter works.
set -euo pipefail
perl -MMojolicious::Plugin::OAuth2 -e 1 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq libmojolicious-plugin-oauth2-perl > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.pl <<'PL'
use Mojolicious::Lite;
use Mojo::IOLoop::Server;
use Mojo::Server::Daemon;
use Mojo::UserAgent;

my $port = Mojo::IOLoop::Server->generate_port;
my $base = "http://127.0.0.1:$port";
plugin OAuth2 => {
    mine => {key => 'app', secret => 'secret', authorize_url => "$base/authorize", token_url => "$base/token"},
};
app->log->level('fatal');
my $asked = 0;
post '/token' => sub {
    my $c = shift;
    $asked++;
    $c->render(json => {access_token => "token-$asked", token_type => 'Bearer', expires_in => 3600});
};
any '/page' => sub {
    my $c = shift;
    $c->render_later;
    $c->oauth2->get_refresh_token_p(mine => {refresh_token => 'refresh'})
        ->then(sub { $c->render(text => shift->{access_token}) })
        ->catch(sub { $c->render(text => 'no token: ' . shift) });
};
my $daemon = Mojo::Server::Daemon->new(app => app, listen => [$base], silent => 1);
$daemon->start;
my $agent = Mojo::UserAgent->new;
my %pages = (
    '1 page'           => $agent->get_p("$base/page"),
    '2 page?error=...' => $agent->get_p("$base/page?error=upload"),
    '3 a form'         => $agent->post_p("$base/page", form => {title => 'Printer', error => 'It is on fire'}),
);
my %seen;
for my $name (sort keys %pages) {
    $pages{$name}->then(sub { $seen{$name} = shift->result->body })->wait;
    print "$name: $seen{$name}\n";
}
print "requests at the token endpoint: $asked\n";
die "the behaviour has changed\n"
    unless join('|', map $seen{$_}, sort keys %seen) eq 'token-1|no token: upload|no token: It is on fire' && $asked == 1;
PL
echo "$(perl -v | grep -o 'v5[0-9.]*' | head -1), Mojolicious::Plugin::OAuth2 $(perl -MMojolicious::Plugin::OAuth2 -e 'print Mojolicious::Plugin::OAuth2->VERSION')"
perl program.pl
