#!/usr/bin/env bash
# keyrings.alt 4.2.0 with keyring 23.9.3 (Debian 12), PlaintextKeyring: what `keyring` for Python keeps on a machine that has no
# desktop, when keyrings.alt is there.
# Expected: the password of a service and a user name is that of this user name, as it is in the memory of the same program.
# Seen: "Ada" and "ada" are one entry: what is stored for the second is given out for the first, and deleting one deletes both.
# The names of services keep their case. The file is an INI file, whose parser writes names in small letters.
# Why it matters: user names are often ids (a subject of OpenID Connect, a key in base64) that differ by case alone; the program
# logs in as somebody else on the server, and as the right one on the desktop where it was tried.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download python3-keyring python3-keyrings.alt python3-jaraco.classes python3-more-itertools \
  python3-importlib-metadata python3-zipp
for file in *.deb; do dpkg -x "$file" root; done
cat > program.py <<'PY'
from importlib.metadata import version
import keyring
from keyring.backend import KeyringBackend
from keyrings.alt.file import PlaintextKeyring

class Memory(KeyringBackend):
    priority = 1

    def __init__(self):
        self.entries = {}

    def get_password(self, service, username):
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self.entries[service, username] = password

    def delete_password(self, service, username):
        del self.entries[service, username]

def seen_with(backend):
    keyring.set_keyring(backend)
    keyring.set_password("api.example", "Ada", "token of Ada")
    keyring.set_password("api.example", "ada", "token of ada")
    keyring.set_password("API.example", "ada", "of another service")
    found = [keyring.get_password("api.example", name) for name in ("Ada", "ada")]
    keyring.delete_password("api.example", "Ada")
    return {"Ada, ada": found, "ada, after deleting Ada": keyring.get_password("api.example", "ada")}

plain = PlaintextKeyring()
plain.file_path = "passwords.cfg"
print("keyring", version("keyring"), "keyrings.alt", version("keyrings.alt"))
memory, file = seen_with(Memory()), seen_with(plain)
print("memory: ", memory)
print("keyrings.alt:", file)
assert list(memory.values()) == [["token of Ada", "token of ada"], "token of ada"]
assert list(file.values()) == [["token of ada", "token of ada"], None]
PY
PYTHONPATH="$folder/root/usr/lib/python3/dist-packages" /usr/bin/python3 program.py
