import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiOf, isogeoCredentials } from '../dist/isogeo/isogeo-credentials.js';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-isogeo-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  delete process.env['ISOGEO_API_URL'];
});

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const uris = (host: string): Record<string, string> => ({
  client_id: 'app',
  client_secret: 'secret',
  auth_uri: `https://${host}/oauth/authorize`,
  token_uri: `https://${host}/oauth/token`,
});

describe('the credentials of an application of Isogeo', () => {
  test('have the eight keys of its loader, and the platform', async () => {
    const web = { ...uris('id.api.isogeo.com'), scopes: ['resources:read', 'x'], isogeo_type: 'group' };
    expect(await isogeoCredentials(written('a.json', JSON.stringify({ web })))).toEqual({
      authMode: 'group',
      clientId: 'app',
      clientSecret: 'secret',
      scopes: ['resources:read', 'x'],
      uriAuth: 'https://id.api.isogeo.com/oauth/authorize',
      uriBase: 'https://v1.api.isogeo.com',
      uriRedirect: undefined,
      uriToken: 'https://id.api.isogeo.com/oauth/token',
      platform: 'prod',
    });
  });

  test.each([
    ['id.api.isogeo.com', 'https://v1.api.isogeo.com', 'prod'],
    ['id.api.qa.isogeo.com', 'https://api.qa.isogeo.com', 'qa'],
    ['isogeo.example.org', 'https://isogeo.example.org', 'unknown'],
  ])(
    'of %s lead to the API beside it: a token of the test platform never goes to production',
    async (host, uriBase, platform) => {
      const installed = {
        ...uris(host),
        redirect_uris: ['urn:ietf:wg:oauth:2.0:oob', 'http://localhost:5000/callback'],
      };
      const found = await isogeoCredentials(written('b.json', JSON.stringify({ installed })));
      const uriRedirect = 'http://localhost:5000/callback';
      expect(found).toMatchObject({ authMode: 'user', uriBase, platform, scopes: ['resources:read'], uriRedirect });
      expect(apiOf(found)).toBe(uriBase);
      process.env['ISOGEO_API_URL'] = 'https://elsewhere.example.org';
      const isTold = platform === 'unknown'; // only there is the API not known from the file
      expect(apiOf(found)).toBe(isTold ? 'https://elsewhere.example.org' : uriBase);
    },
  );

  test('name their mode in INI', async () => {
    const ini =
      '[auth]\nCLIENT_TYPE = user\nCLIENT_ID = app\nCLIENT_SECRET = s\nURI_TOKEN = https://id.api.isogeo.com/oauth/token\n';
    expect(await isogeoCredentials(written('c.ini', ini))).toMatchObject({ authMode: 'user', platform: 'prod' });
  });
});
