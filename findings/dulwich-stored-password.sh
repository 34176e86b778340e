#!/usr/bin/env bash
# dulwich 0.21.2 (Debian 12; 0.22.7 of Debian 13 does the same), a client of git in Python, on the file of `git credential-store`.
# Expected: it reads user and password as git does, which stores them in a URL and so writes "@", "/", ":" and "%" in percent.
# Seen: it sends them as they are written: "p%40ss" for "p@ss". A user name that is an address, "ada%40example.org", likewise.
# Why it matters: the same file logs in by git and gets a 401 by dulwich, for just those passwords and tokens that have such a
# character; both have found the entry.
set -euo pipefail
/usr/bin/python3 -c 'import dulwich' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq python3-dulwich > /dev/null 2>&1; }
command -v git > /dev/null || apt-get install -y -qq git > /dev/null 2>&1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
import subprocess
import dulwich
from dulwich.client import get_credentials_from_store

logins = {
    "one.example.org": ("ada", "plain-1"),
    "two.example.org": ("ada", "p@ss/word"),
    "three.example.org": ("ada@example.org", "100%"),
}

def git(verb, lines):
    command = ["git", "-c", "credential.helper=", "-c", "credential.helper=store --file=credentials", "credential", verb]
    return subprocess.run(command, input=lines, text=True, check=True, capture_output=True).stdout

seen = {}
for host, (user, password) in logins.items():
    where = f"protocol=https\nhost={host}\n"
    git("approve", f"{where}username={user}\npassword={password}\n")
    found = dict(line.split("=", 1) for line in git("fill", where).splitlines())
    read = get_credentials_from_store(b"https", host.encode(), fnames=["credentials"])
    seen[host] = {"git": (found["username"], found["password"]), "dulwich": tuple(part.decode() for part in read)}
print("dulwich", ".".join(map(str, dulwich.__version__)))
for host, both in seen.items():
    print(host, both)
    assert both["git"] == logins[host]
assert [seen[host]["dulwich"] for host in logins] == [
    ("ada", "plain-1"),
    ("ada", "p%40ss%2fword"),
    ("ada%40example.org", "100%25"),
]
PY
git --version
GIT_TERMINAL_PROMPT=0 /usr/bin/python3 program.py
