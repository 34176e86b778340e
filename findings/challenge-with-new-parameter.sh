#!/usr/bin/env bash
# http-auth-utils 6.0.1, on the challenge of a protected resource as RFC 9728 (and with it MCP) has it.
# Expected: unknown parameters of a challenge are left alone (RFC 6750 section 3 allows others), and the name of the scheme is
# read in any case (RFC 9110 section 11.1).
# Seen: `resource_metadata` is an error, E_UNAUTHORIZED_KEY, and so is `bearer` in small letters, E_UNKNOWN_AUTH_MECHANISM.
# Why it matters: a client breaks on the day on which its server begins to say where to log in, though it need not know the
# new parameter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts http-auth-utils@6.0.1 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { parseWWWAuthenticateHeader } from 'http-auth-utils';

const seen = {};
for (const header of [
  'Bearer realm="api", error="invalid_token"',
  'Bearer realm="api", resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
  'bearer realm="api"',
]) {
  try {
    seen[header] = parseWWWAuthenticateHeader(header).type;
  } catch (error) {
    seen[header] = error.code;
  }
}
console.log(seen);
assert.deepEqual(Object.values(seen), ['Bearer', 'E_UNAUTHORIZED_KEY', 'E_UNKNOWN_AUTH_MECHANISM']);
JS
echo "node $(node --version), http-auth-utils 6.0.1"
node program.mjs
