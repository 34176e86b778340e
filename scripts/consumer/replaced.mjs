/** Has a deployment replace the package while this program runs, and calls: nothing of the new build may join the old one. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-replaced-'));
try {
  cpSync(path.dirname(fileURLToPath(import.meta.resolve('@latchkey/core'))), folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  const main = path.join(folder, 'index.js');
  const [, stamp] = /^export let (\$[0-9a-f]{8});$/m.exec(readFileSync(main, 'utf8'));
  const { ClientCredentialsFlow } = await import(pathToFileURL(main).href);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const code = readFileSync(path.join(folder, file), 'utf8');
    writeFileSync(path.join(folder, file), code.replace(stamp, '$00000000'));
  }
  let requests = 0;
  const fetch = async () => {
    requests++;
    return Response.json({ access_token: 'at', token_type: 'bearer' });
  };
  const server = { tokenEndpoint: 'https://login.example/token' };
  const flow = new ClientCredentialsFlow({ server, clientId: 'machine', clientSecret: 'a secret', fetch });
  const told = await flow.getAccessTokenRefreshIfNecessary().catch(({ code, remedy }) => `${code}: ${remedy}`);
  assert.match(told, /^IMPORT_FAILED: .*If the package was replaced, .* start the program anew/);
  assert.equal(requests, 0);
} finally {
  rmSync(folder, { recursive: true });
}
console.log('replaced: nothing was sent');
