import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, DeviceCodeFlow } from '@latchkey/core';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/storages.md'), 'utf8');
const rows = [
  ...page.matchAll(/^\| (`[^|]*`) +\| (another|the same) credential +\| (another|the same) credential +\|$/gm),
];
const table = rows.flatMap(([, names = '', login, program]) =>
  [...names.matchAll(/`(\w+)`/g)].map(([, option = '']) => [option, login, program] as const),
);

/** Another value of each option in the table. */
const changes: Record<string, object> = {
  issuer: { issuer: 'https://other.example.org' },
  domain: { issuer: undefined, domain: 'other.example.org' },
  server: { issuer: undefined, server: { tokenEndpoint: 'https://login.example.org/token' } },
  clientId: { clientId: 'other' },
  audience: { audience: 'https://api.example.org' },
  resource: { resource: 'https://api.example.org' },
  account: { account: 'ada' },
  key: { key: 'mine' },
  scope: { scope: 'a b' },
  clientSecret: { clientSecret: 'other' },
  parameters: { parameters: { prompt: 'none' } },
  dpop: { dpop: true },
  autoRefreshThreshold: { autoRefreshThreshold: 5 },
  headers: { headers: { 'x-a': 'b' } },
};

describe('The table of docs/storages.md on what becomes of stored tokens when an option changes', () => {
  const options = { issuer: 'https://login.example.org', clientId: 'app', clientSecret: 'secret', scope: 'a' };

  test('names all that is in a key, and some that is not', () => {
    expect(table.map(([option]) => option)).toEqual(Object.keys(changes));
  });

  test.each(table)('is right about %s', (option, login, program) => {
    const changed = { ...options, ...changes[option] };
    const told = [DeviceCodeFlow, ClientCredentialsFlow].map((Flow) =>
      new Flow(options).key === new Flow(changed).key ? 'the same' : 'another',
    );
    expect(told).toEqual([login, program]);
  });
});

describe('A default key', () => {
  test('is this text, letter for letter: under it the logins of earlier versions are stored', () => {
    const options = {
      issuer: 'https://login.example.org/',
      clientId: 'my app',
      clientSecret: 'secret',
      audience: 'https://api.example.org',
      resource: ['https://b.example.org', 'https://a.example.org'],
      account: 'ada@example.org',
      scope: 'write read',
    };
    const login =
      'issuer=https%3A%2F%2Flogin.example.org&client_id=my+app&audience=https%3A%2F%2Fapi.example.org' +
      '&account=ada%40example.org&resource=https%3A%2F%2Fa.example.org&resource=https%3A%2F%2Fb.example.org';
    expect(new DeviceCodeFlow(options).key).toBe(login);
    expect(new ClientCredentialsFlow(options).key).toBe(`${login}&grant=client_credentials&scope=read+write`);
    expect(new ClientCredentialsFlow({ ...options, scope: 'b,a' }).key).toMatch(/&scope=b%2Ca$/);
    const { issuer: _, ...others } = options;
    const server = { tokenEndpoint: 'https://login.example.org/token' };
    const { audience: __, resource: ___, account: ____, ...bare } = others;
    expect(new DeviceCodeFlow({ ...bare, server }).key).toBe(
      'issuer=https%3A%2F%2Flogin.example.org%2Ftoken&client_id=my+app',
    );
  });
});
