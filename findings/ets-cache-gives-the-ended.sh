#!/usr/bin/env bash
# cache_tab 1.0.30 for Erlang (Debian 12), `ets_cache`, with a `life_time` of 300 ms and a function that reads anew what is not held.
# Expected: a look-up after the end reads anew.
# Seen: the first one after the end gives the ended value and takes it out, and only the second one reads, however long ago the end was.
# `update` is so too: it writes, since the entry has ended, and the next look-up has what was written.
# Why it matters: who sets the life of a token as the life of its entry sends an ended token once a life, the more surely the rarer the calls.
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
  ok = ets_cache:new(tokens, [{life_time, 300}]),
  Look = fun(Token) -> ets_cache:lookup(tokens, ada, fun() -> {ok, Token} end) end,
  First = Look("first"),
  timer:sleep(1000),
  Seen = [First, Look("second"), Look("third"), Look("fourth")],
  [io:format("~s: ~p~n", [Name, Value])
    || {Name, Value} <- lists:zip(["at first", "700 ms after its end", "directly after that", "and once more"], Seen)],
  case Seen of
    [{ok, "first"}, {ok, "first"}, {ok, "third"}, {ok, "third"}] -> ok;
    _ -> io:format("the behaviour has changed~n"), halt(1)
  end.
ERL
echo "OTP $(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().'), erlang-p1-cache-tab $version"
escript program.escript
