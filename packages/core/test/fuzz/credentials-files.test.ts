import { afterAll, describe, test } from '@jest/globals';
import { AuthFlowError } from '@latchkey/core';
import { readCredentialsFile, readProfile } from '@latchkey/core/node';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectKinds, fuzz, patience } from './fuzz.js';
import { chatterOf, expectNoSecret, marks, told } from './marks.js';
import { around, type Field, fields, mostly, objectText, oddValue, strangers } from './odd-json.js';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = JSON.stringify(marks.clientSecret);
const url = mostly('"https://id.example/token"');

const entries = fields({
  client_id: mostly('"client"'),
  client_secret: fc.oneof(fc.constant(secret), oddValue),
  auth_uri: url,
  token_uri: url,
  issuer: mostly('"https://id.example"'),
  redirect_uris: mostly('["http://localhost:1/"]', '[]'),
  scopes: mostly('["read"]', `[${secret}]`),
});
const json = around(
  fc
    .tuple(fc.constantFrom('web', 'installed', 'web', 'other', '__proto__'), entries, strangers, strangers)
    .map(([head, known, inner, outer]) => objectText([[head, objectText([...known, ...inner])], ...outer])),
);

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('client', marks.clientSecret, '"quoted"', 'https://id.example/x', '') },
  { weight: 1, arbitrary: chatterOf(marks.clientSecret) },
);
const name = fc.constantFrom(
  'CLIENT_ID',
  'CLIENT_SECRET',
  'URI_TOKEN',
  'URI_AUTH',
  'scope',
  '__proto__',
  'client_id',
  '',
);
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(name, fc.constantFrom('=', ' = ', ': '), value).map((parts) => parts.join('')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('[auth]', '[RDP]', '[', '[]', '; note', '# note', '', '[__proto__]', '[auth'),
  },
  { weight: 1, arbitrary: value },
);
const complete = ['[auth]', 'CLIENT_ID = client', `client_secret: ${marks.clientSecret}`];
const ini = fc.oneof(
  fc.array(line, { maxLength: 8 }).map((lines) => ['[auth]', ...lines].join('\n')),
  fc
    .array(fc.constantFrom('; note', '', '[other]\na=b', '# x'), { maxLength: 3 })
    .map((lines) => [...complete, ...new Set(lines)].join('\r\n')),
  fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n')),
);

const tomlValue = (text: string): string => (text.startsWith('{') ? objectAsToml(text) : text.replace('null', '""'));
const objectAsToml = (text: string): string => text.replaceAll('":', '"=');
const profile = fields({
  client_id: mostly('"client"'),
  client_secret: fc.constant(secret),
  domain: mostly('"id.example"'),
  audience: mostly('"api"'),
  refresh_token: fc.constant(JSON.stringify(marks.oldRefresh)),
  scope: mostly('"read"'),
});
const lines = (all: readonly Field[]): string => all.map(([key, text]) => `${key} = ${tomlValue(text)}\n`).join('');
const table = fc.constantFrom(
  '[default.oauth2]\n',
  '[profile.x.oauth2]\n',
  '[profile]\n',
  '[[default]]\n',
  '["__proto__"]\n',
  '',
);
const toml = fc.oneof(
  fc
    .array(
      fc.tuple(table, profile).map(([head, all]) => head + lines(all)),
      { maxLength: 2 },
    )
    .map((all) => all.join('')),
  fc.tuple(table, profile, fc.nat(200)).map(([head, all, cut]) => (head + lines(all)).slice(0, -cut)),
  chatterOf(marks.clientSecret),
);

/** Reads such texts as a file of that name. */
function readingAs(fileName: string, read: (path: string) => Promise<{ clientId: string }>) {
  const path = join(folder, fileName);
  return async (text: string): Promise<string> => {
    writeFileSync(path, text);
    try {
      const { clientId } = await read(path);
      return typeof clientId === 'string' && clientId.trim() !== '' ? 'credentials' : 'nonsense';
    } catch (error) {
      if (!(error instanceof AuthFlowError)) throw error;
      expectNoSecret(told(error));
      if (text.startsWith(complete.join('\r\n'))) throw error;
      return error.code;
    }
  };
}

describe('any file of credentials', () => {
  const invalid = 'CREDENTIALS_FILE_INVALID';
  const malformed = 'CREDENTIALS_FILE_MALFORMED';
  const profileOf = (file: string) => readProfile({ file, profile: 'default', env: {} });
  test.each<[string, string, fc.Arbitrary<string>, (path: string) => Promise<{ clientId: string }>, string[]]>([
    [
      'JSON',
      'secrets.json',
      json,
      readCredentialsFile,
      ['credentials', 'CREDENTIALS_FILE_HEAD_MISSING', invalid, malformed],
    ],
    ['INI', 'secrets.ini', ini, readCredentialsFile, ['credentials', invalid, malformed]],
    ['TOML', 'profile.toml', toml, profileOf, ['credentials', 'MISSING_CREDENTIALS', malformed]],
  ])(
    'in %s is credentials, or an error that says where and never what',
    async (format, fileName, texts, read, expected) => {
      const kinds = await fuzz(`files in ${format}`, texts, readingAs(fileName, read), { share: 1 / 3 });
      expectKinds(kinds, expected);
    },
    patience,
  );
});
