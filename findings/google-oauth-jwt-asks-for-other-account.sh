#!/usr/bin/env bash
# google-oauth-jwt 0.2.0, its TokenCache, with two service accounts. Reported as extrabacon/google-oauth-jwt#33 (2019), open.
# Expected: when the token of the first account has ended, the next `get` for it asks for a new one of the same account.
# Seen: a token of the other account is asked for, and nobody is answered: this `get`, and each later one for the first account, never
# calls back. The method `get` closes over one request, and is set anew on the prototype, for all of them, with each request that is made.
# Why it matters: everything works for the first hour, so in each test, and for ever where there is one account. The second one, added
# years later, ends the work of the first, without an error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts google-oauth-jwt@0.2.0 > /dev/null 2>&1
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import jwt from 'google-oauth-jwt';

/** Which accounts are asked for, and what `get` gives for the first account, then for it again after its token has ended. */
async function run(...accounts) {
  const asked = [];
  const cache = new jwt.TokenCache();
  cache.authenticate = ({ email }, done) => {
    asked.push(email);
    setTimeout(done, 5, null, `of ${email}`);
  };
  const get = (email) => {
    const token = new Promise((resolve, reject) => {
      cache.get({ email, scopes: ['read'], expiration: 100 }, (error, value) => (error ? reject(error) : resolve(value)));
    });
    return Promise.race([token, after(1000, 'no answer')]);
  };
  const before = [];
  for (const account of accounts) before.push(await get(account));
  await after(200);
  return { before, after: await get(accounts[0]), asked };
}
const one = await run('first');
const two = await run('first', 'second');
console.log('one account: ', one);
console.log('two accounts:', two);
assert.deepEqual(one, { before: ['of first'], after: 'of first', asked: ['first', 'first'] });
assert.deepEqual(two, { before: ['of first', 'of second'], after: 'no answer', asked: ['first', 'second', 'second'] });
JS
echo "node $(node --version), google-oauth-jwt 0.2.0"
node program.mjs
