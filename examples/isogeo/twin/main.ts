/** Runs a twin of Isogeo on this machine until it is stopped: `node examples/dist/isogeo/twin/main.js` */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IsogeoTwin } from './isogeo-twin.js';

const twin = await IsogeoTwin.start();
const folder = mkdtempSync(join(tmpdir(), 'isogeo-twin-'));
const programs = dirname(dirname(fileURLToPath(import.meta.url)));

const web = twin.credentials('group-app', 'any secret');
const installed = {
  ...twin.credentials('user-app', 'any secret'),
  redirect_uris: ['http://127.0.0.1:5000/login/callback'],
};
writeFileSync(join(folder, 'group.json'), JSON.stringify({ web }), { mode: 0o600 });
writeFileSync(join(folder, 'user.json'), JSON.stringify({ installed }), { mode: 0o600 });

console.log(`The twin runs. In another terminal:

export ISOGEO_API_URL=${twin.url}
node ${programs}/group.js ${folder}/group.json
CREDENTIALS_FILE=${folder}/user.json DATA=${folder}/data node ${programs}/user.js  # then open http://127.0.0.1:5000/login`);
