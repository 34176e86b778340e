#!/usr/bin/env bash
# pypass 0.2.1 for Python (Debian 12), which reads the store of `pass`, with an entry whose first line is the password, and notes below.
# Expected: the first line is the password, as `pass` has it; a name before a colon is looked for at the beginning of a line.
# Seen: `bypass: none` in a note gives the password "none", and `last login: Monday` the user name "Monday".
# The words "pass: " and "login: " are looked for everywhere, and the first line only counts where they are not found.
# Why it matters: one note more in an entry, and the program that logs in by it does so with a piece of the note.
set -euo pipefail
{ command -v gpg && /usr/bin/python3 -c 'import pypass'; } > /dev/null 2>&1 ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends gnupg python3-pypass > /dev/null 2>&1; }
folder=$(mktemp -d)
export GNUPGHOME="$folder/gnupg"
trap 'gpgconf --kill gpg-agent; rm -rf "$folder"' EXIT
cd "$folder"
mkdir -m 700 gnupg
gpg --quiet --batch --passphrase '' --quick-generate-key store@example 2> /dev/null
gpg --quiet --check-trustdb 2> /dev/null
cat > program.py <<'PY'
from pypass import EntryType, PasswordStore

store = PasswordStore.init("store@example", "store")
seen = {}
for name, notes in {"plain": "user: ada", "notes": "bypass: none\nlast login: Monday\nuser: ada"}.items():
    store.insert_password(name, f"secret\n{notes}\n")
    seen[name] = [store.get_decrypted_password(name, entry) for entry in (EntryType.password, EntryType.username)]
print(seen)
assert seen == {"plain": ["secret", "ada"], "notes": ["none", "Monday"]}, "the behaviour has changed"
PY
echo "$(/usr/bin/python3 --version), $(dpkg-query -W python3-pypass | tr '\t' ' ')"
/usr/bin/python3 program.py
