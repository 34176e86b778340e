#!/usr/bin/env bash
# josepy 1.13.0 for Python (Debian 12), `JWK.load`, with a private key in a PEM file that has a passphrase.
# Expected: without the passphrase, or with a wrong one, there is an error, as there is in the library that josepy reads it with.
# Seen: there is a key. The text of the file is taken for the secret of a symmetric key, of kind `oct`, dashes and line breaks too. A
# file without a passphrase is taken for one as well, where a passphrase is given.
# Why it matters: a typing error in a setting is seen at the other end only, as a signature that nobody can verify, and not at the start.
set -euo pipefail
/usr/bin/python3 -c 'import josepy' 2> /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends python3-josepy > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.py <<'PY'
from importlib.metadata import version
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from josepy import JWK

key = generate_private_key(65537, 2048)
plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase"))
print("josepy", version("josepy"))
seen = {}
for name, data, password in (
    ("no passphrase, none given", plain, None),
    ("no passphrase, one given", plain, b"passphrase"),
    ("passphrase, the right one given", locked, b"passphrase"),
    ("passphrase, none given", locked, None),
    ("passphrase, a wrong one given", locked, b"pasphrase"),
):
    loaded = JWK.load(data, password)
    seen[name] = loaded.typ
    print(f"{name}: {loaded.typ}")
    assert loaded.typ == "RSA" or loaded.key == data
assert list(seen.values()) == ["RSA", "oct", "RSA", "oct", "oct"]
PY
/usr/bin/python3 program.py
