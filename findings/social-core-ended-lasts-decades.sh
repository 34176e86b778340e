#!/usr/bin/env bash
# Python Social Auth, social-core 4.3.0 (Debian 12), `get_access_token`, where `expires` is the time at which the token ends, as
# its backend for Itembase stores it. Reported as python-social-auth/social-core#1028, open; nowhere documented as meant.
# Expected: both forms are taken, a timestamp and a number of seconds, so a token that ended a minute ago is renewed.
# Seen: a timestamp is known by being in the future. Once the token has ended it is none any more, but a number of seconds, and
# the token is good for some 56 years.
# Why it matters: the first renewal never comes. Each token works until it ends, and then not at all, and the library says that
# it has decades left.
set -euo pipefail
python=/usr/bin/python3
$python -c 'import social_core' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq python3-social-auth-core > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import time

from social_core.storage import UserMixin


class User(UserMixin):
    def __init__(self, **extra_data):
        self.extra_data = {"access_token": "old", "refresh_token": "refresh", **extra_data}

    def refresh_token(self, strategy, *args, **kwargs):
        self.extra_data["access_token"] = "renewed"


now = int(time.time())
users = {
    "ends in an hour": User(expires=now + 3600),
    "ended a minute ago": User(expires=now - 60),
    "3600 s, of two hours ago": User(expires=3600, auth_time=now - 7200),
}
seen = {}
for name, user in users.items():
    left = user.expiration_timedelta()
    seen[name] = (user.get_access_token(None), round(left.total_seconds() / 86400 / 365.25, 1))
    print(f"{name}: the token is {seen[name][0]}, years left: {seen[name][1]}")
assert seen["ends in an hour"] == ("old", 0.0)
assert seen["ended a minute ago"][0] == "old" and seen["ended a minute ago"][1] > 50
assert seen["3600 s, of two hours ago"][0] == "renewed"
PY
echo "$($python --version), social-core $($python -c 'import social_core; print(social_core.__version__)')"
TZ=UTC $python program.py
