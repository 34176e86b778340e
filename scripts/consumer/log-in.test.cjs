/** A test in CommonJS, as jest runs those by default, of the compiled log-in.cts. */
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { logIn } = require('./log-in.cjs');

// eslint-disable-next-line no-undef -- jest's
test('logs in, saves and renews', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-jest-'));
  console.log(await logIn(path.join(folder, 'tokens.json')));
  rmSync(folder, { recursive: true });
});
