#!/usr/bin/env bash
# cache_tab 1.0.30 for Erlang (Debian 12), `ets_cache`, which has `insert` and `insert_new`.
# Expected: `insert` puts the new value in the place of the old one, as `ets:insert` does, and `insert_new` is the one that does not.
# Seen: neither does while there is a value that has not ended; `insert` says `false`, and `true` where there is none. By `update`, which
# wants a function, or after `delete`, the new value is held.
# Why it matters: after a renewal the new token is put in, and the old one is given out until its end; where the server has revoked the old
# one with the renewal, each call until then is refused.
set -euo pipefail
[ -d /usr/lib/erlang/lib/p1_cache_tab-1.0.30 ] && command -v escript > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends erlang-base erlang-p1-cache-tab > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' erlang-p1-cache-tab)
[ "$version" = 1.0.30-2 ] || { echo "erlang-p1-cache-tab is $version, and not 1.0.30-2" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.escript <<'ERL'
#!/usr/bin/env escript
main(_) ->
  {ok, _} = application:ensure_all_started(cache_tab),
  ok = ets_cache:new(tokens, [{life_time, 3600000}]),
  Then = fun(Said) -> {Said, ets_cache:lookup(tokens, ada)} end,
  Seen = [
    {"insert first", Then(ets_cache:insert(tokens, ada, first))},
    {"insert second", Then(ets_cache:insert(tokens, ada, second))},
    {"insert_new third", Then(ets_cache:insert_new(tokens, ada, third))},
    {"update to fourth", Then(ets_cache:update(tokens, ada, {ok, fourth}, fun() -> ok end))}],
  [io:format("~s says ~p, and held is ~p~n", [Name, Said, Held]) || {Name, {Said, Held}} <- Seen],
  case [Pair || {_, Pair} <- Seen] of
    [{true, {ok, first}}, {false, {ok, first}}, {false, {ok, first}}, {{ok, fourth}, {ok, fourth}}] -> ok;
    _ -> io:format("the behaviour has changed~n"), halt(1)
  end.
ERL
echo "OTP $(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().'), erlang-p1-cache-tab $version"
escript program.escript
