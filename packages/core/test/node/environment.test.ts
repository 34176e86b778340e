import { describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, MissingCredentialsError } from '@latchkey/core';
import { environmentVariable, readEnvironment } from '@latchkey/core/node';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { allTextOf, failureOf } from './written-files.js';

describe('environmentVariable', () => {
  test('reads the variable when it is called, so that it can change', () => {
    const env: Record<string, string> = { KEY: 'first' };
    const key = environmentVariable('KEY', { env });
    expect(key()).toBe('first');
    env['KEY'] = 'second ';
    expect(key()).toBe('second ');
  });

  test.each([[undefined], [''], [' \n']])('A5: names a variable that is %j', (value) => {
    const key = environmentVariable('SERVICE_KEY', { env: { SERVICE_KEY: value } });
    expect(key).toThrow(MissingCredentialsError);
    expect(key).toThrow(/SERVICE_KEY/);
  });

  test('reads the environment of the process', () => {
    process.env['LATCHKEY_TEST_KEY'] = 'here';
    try {
      expect(environmentVariable('LATCHKEY_TEST_KEY')()).toBe('here');
    } finally {
      delete process.env['LATCHKEY_TEST_KEY'];
    }
    expect(environmentVariable('LATCHKEY_TEST_KEY')).toThrow(/LATCHKEY_TEST_KEY/);
  });

  test('A5: as the secret of a flow, lets no request leave while it is unset', async () => {
    await using server = await FakeAuthorizationServer.start();
    const env: Record<string, string> = {};
    const flow = new ClientCredentialsFlow({
      server: { tokenEndpoint: server.tokenEndpoint },
      clientId: 'app',
      clientSecret: environmentVariable('APP_SECRET', { env }),
    });
    const error = await failureOf(flow.getAccessTokenRefreshIfNecessary());
    expect(allTextOf(error)).toContain('APP_SECRET');
    server.ledger.assertTokenRequests(0);
    env['APP_SECRET'] = 'now there';
    await flow.getAccessTokenRefreshIfNecessary();
    server.ledger.assertTokenRequests(1);
  });
});

describe('readEnvironment', () => {
  const variables = { clientId: 'APP_ID', clientSecret: 'APP_SECRET', username: 'APP_USER' };

  test('gives each variable under the name of its option', () => {
    const env = { APP_ID: 'id', APP_SECRET: 'secret', APP_USER: 'me', OTHER: 'x' };
    expect(readEnvironment(variables, { env })).toEqual({ clientId: 'id', clientSecret: 'secret', username: 'me' });
  });

  test('names all that are missing in one error', async () => {
    const error = await failureOf(
      Promise.resolve().then(() => readEnvironment(variables, { env: { APP_ID: '', APP_USER: 'me' } })),
    );
    expect(error).toBeInstanceOf(MissingCredentialsError);
    expect(error).toMatchObject({ code: 'MISSING_CREDENTIALS', names: ['APP_ID', 'APP_SECRET'], retryable: false });
    expect(error.message).toContain('APP_ID, APP_SECRET');
  });
});
