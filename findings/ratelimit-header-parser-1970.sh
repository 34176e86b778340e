#!/usr/bin/env bash
# ratelimit-header-parser 0.1.0, which says of an answer when the limit is over, at a 429 that says so by `Retry-After`.
# Expected: `Retry-After: 60` is over in a minute (RFC 9110 section 10.2.3); as a date it is over then.
# Seen: it is over at one minute past midnight of the first of January 1970: the number is taken for seconds since then, which the header
# never has. A date is taken for none. `X-RateLimit-Reset: 60` is read well.
# Why it matters: who waits until `reset` does not wait at all, and asks the endpoint without a pause while it says to wait.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts ratelimit-header-parser@0.1.0 > /dev/null
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { parseRateLimit } from 'ratelimit-header-parser';

const reset = (headers) => parseRateLimit(new Headers({ 'X-RateLimit-Limit': '10', 'X-RateLimit-Remaining': '0', ...headers })).reset;
const wait = (date) => Math.round((date - Date.now()) / 1000);
const minute = new Date(Date.now() + 60_000).toUTCString();
const after = reset({ 'Retry-After': '60' });
const date = reset({ 'Retry-After': minute });
const header = reset({ 'X-RateLimit-Reset': '60' });
console.log('Retry-After: 60 is over', after, 'in', wait(after), 's');
console.log(`Retry-After: ${minute} is over`, date);
console.log('X-RateLimit-Reset: 60 is over in', wait(header), 's');
assert.equal(after.toISOString(), '1970-01-01T00:01:00.000Z');
assert.ok(Number.isNaN(date.getTime()));
assert.equal(wait(header), 60);
JS
echo "node $(node --version), ratelimit-header-parser@0.1.0"
node program.mjs
