/** A program that reads credentials of each kind, and says which parts of Node it got beside that. `credentials.mjs folder`. */
import { readCredentialsFile, readProfile } from '@latchkey/core/node';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const texts = {
  'client.json': '{ "web": { "client_id": "my-cli", "token_uri": "https://login.example/token" } }',
  'client.ini': '[auth]\nCLIENT_ID = my-cli\n',
  'config.toml': '[default]\noauth2.client_id = "my-cli"\n',
};
const files = Object.entries(texts).map(([name, text]) => {
  const file = path.join(process.argv[2], name);
  writeFileSync(file, text);
  return file;
});
const [json, ini, file] = files;
const found = [await readCredentialsFile(json), await readCredentialsFile(ini), await readProfile({ file, env: {} })];
console.log(found.map(({ clientId }) => clientId).join());
const heavy = ['child_process', 'crypto', 'http', 'readline'];
console.log(`needless: ${heavy.filter((name) => process.moduleLoadList.includes(`NativeModule ${name}`)).join()}`);
