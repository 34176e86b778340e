#!/usr/bin/env bash
# aiohttp-oauthlib 0.1.0 for Python (Debian 12), with `auto_refresh_url`, and a call of an API that finds the token ended.
# Expected: the token is renewed by `grant_type`, `refresh_token` and what `auto_refresh_kwargs` says; then the call goes to the API.
# Seen: the arguments of the call go to the token endpoint too, in the form of the renewal: `json=` with the text of all that was to be
# sent to the API, `params=`, and `allow_redirects=True` for each GET.
# Why it matters: what is meant for one server stands in the requests of another, and in its logs, once an hour. A server that takes only
# the parameters that it knows, or no more than some KB, refuses the renewal for some calls, and not for others.
set -euo pipefail
/usr/bin/python3 -c 'import aiohttp_oauthlib' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3-aiohttp-oauthlib > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import asyncio

from aiohttp import web
from aiohttp_oauthlib import OAuth2Session

forms = []


async def token(request):
    forms.append(dict(await request.post()))
    return web.json_response({"access_token": "new", "token_type": "Bearer", "expires_in": 3600})


async def api(request):
    return web.json_response({})


async def save(token):
    pass


async def main():
    app = web.Application()
    app.add_routes([web.post("/token", token), web.get("/api", api), web.post("/api", api)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server = f"http://127.0.0.1:{runner.addresses[0][1]}"
    ended = {"access_token": "old", "refresh_token": "refresh", "token_type": "Bearer", "expires_in": -1}
    calls = (lambda one: one.get(server + "/api", params={"page": "2"}), lambda one: one.post(server + "/api", json={"note": "private"}))
    options = {"client_id": "app", "auto_refresh_url": server + "/token", "token_updater": save}
    for call in calls:
        async with OAuth2Session(token=dict(ended), **options) as session:
            async with call(session) as response:
                response.raise_for_status()
    await runner.cleanup()


asyncio.run(main())
for form in forms:
    print("sent to the token endpoint:", form)
usual = {"grant_type": "refresh_token", "refresh_token": "refresh"}
more = [{name: value for name, value in form.items() if usual.get(name) != value} for form in forms]
assert more == [{"allow_redirects": "True", "params": "{'page': '2'}"}, {"json": "{'note': 'private'}"}], "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), $(dpkg-query -W python3-aiohttp-oauthlib | tr '\t' ' ')"
OAUTHLIB_INSECURE_TRANSPORT=1 /usr/bin/python3 program.py
