#!/usr/bin/env bash
# vdirsyncer 0.19.0 (Debian 12), its session for Google calendars, with a token in its file that has ended; its addresses are set to a
# server here, which gives tokens for an hour.
# Expected: one renewal, and then the new token for an hour.
# Seen: each request renews. The new token is written to the file and sent once; the session keeps the one that it has read at its
# beginning, and each request starts from that.
# Why it matters: a sync of a thousand events, an hour or more after the last one, asks for a thousand tokens. Servers limit
# that, and one that gives a new refresh token each time has taken back the login at the second request.
set -euo pipefail
/usr/bin/python3 -c 'import aiohttp_oauthlib, vdirsyncer' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends vdirsyncer python3-aiohttp-oauthlib > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import asyncio
import json
import time

import aiohttp
from aiohttp import web
from vdirsyncer.storage import google

renewals, used = [], []


async def token(request):
    form = await request.post()
    renewals.append(form["refresh_token"])
    return web.json_response({"access_token": f"token {len(renewals)}", "token_type": "Bearer", "expires_in": 3600})


async def api(request):
    used.append(request.headers["Authorization"])
    return web.Response()


async def sync(server):
    connector = aiohttp.TCPConnector()
    session = google.GoogleSession("token.json", "app", "secret", url=server, connector=connector)
    session.url, session.scope = server + "/dav/", ["calendar"]
    for _ in range(5):
        await session.request("GET", "event")
    await connector.close()


async def main():
    app = web.Application()
    app.add_routes([web.post("/token", token), web.get("/dav/event", api)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server = f"http://127.0.0.1:{runner.addresses[0][1]}"
    google.REFRESH_URL = server + "/token"
    counts = []
    with open("token.json", "w") as file:
        json.dump({"access_token": "old", "refresh_token": "refresh", "token_type": "Bearer", "expires_at": time.time() - 60}, file)
    for _ in range(2):
        before = len(renewals)
        await sync(server)
        counts.append(len(renewals) - before)
    await runner.cleanup()
    print("renewals for five requests with a token that has ended, and for five in the next run:", counts)
    assert counts == [5, 0] and len(set(used[:5])) == 5, "the behaviour has changed"


asyncio.run(main())
PY
echo "$(/usr/bin/python3 --version), $(dpkg-query -W vdirsyncer | tr '\t' ' '), $(dpkg-query -W python3-aiohttp-oauthlib | tr '\t' ' ')"
OAUTHLIB_INSECURE_TRANSPORT=1 /usr/bin/python3 program.py
