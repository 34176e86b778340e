#!/usr/bin/env bash
# python-openidc-client 0.6.0 (Debian 12, openidc_client), Fedora's client of OpenID Connect, with two tokens in its cache that have
# the wanted scope: one ended yesterday, one is good for an hour.
# Expected: get_token gives the one that is good, which is also what the comment in it says.
# Seen: it gives the one that ended, whichever of them is first in the file: the comparison with the clock is the wrong way round.
# Why it matters: a second login for one more scope makes such a pair. From the end of the first one on, each program that asks for
# the smaller scope begins with a 401 and spends a refresh token, while a good token lies beside it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root" "$folder/cache"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download python3-python-openidc-client python3-requests python3-urllib3 python3-chardet python3-idna \
  python3-certifi python3-six
for file in *.deb; do dpkg -x "$file" root; done
cat > program.py <<'PY'
import json
import time
from openidc_client import OpenIDCClient
from openidc_client.release import VERSION

issuer = "http://127.0.0.1:9/"

def token(name, scopes, seconds_left):
    return {"idp": issuer, "sub": "ada", "access_token": name, "token_type": "Bearer", "refresh_token": "refresh",
            "expires_at": time.time() + seconds_left, "scopes": scopes}

ended = token("ended yesterday", ["openid"], -86400)
good = token("good for an hour", ["openid", "profile"], 3600)

def taken(*tokens):
    with open("cache/oidc_app.json", "w") as file:
        json.dump({f"id-{n}": token for n, token in enumerate(tokens)}, file)
    client = OpenIDCClient("app", issuer, {"Token": "token", "Authorization": "authorize"}, "client", cachedir="cache")
    return client.get_token(["openid"], new_token=False)

seen = {"only the good one": taken(good), "ended, good": taken(ended, good), "good, ended": taken(good, ended)}
print("openidc_client", VERSION)
print(seen)
assert list(seen.values()) == ["good for an hour", "ended yesterday", "ended yesterday"]
PY
PYTHONPATH="$folder/root/usr/lib/python3/dist-packages" /usr/bin/python3 program.py
