import { describe, expect, test } from '@jest/globals';
import { AuthorizationCodeFlow, ClientCredentialsFlow, signAssertion } from '@latchkey/core';
import { environmentVariable, openBrowser, readCredentialsFile, readEnvironment } from '@latchkey/core/node';
import { discoverResource, type ResourceClient } from '@latchkey/core/resource';
import { runTorture } from '@latchkey/core/testing';

const secret = 'told-to-nobody';

/** Calls with a value of another type than declared, as JavaScript can. */
async function failureOf(call: (value: never) => unknown, value: unknown): Promise<Error> {
  try {
    await call(value as never);
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}

const values = [undefined, null, 7, Buffer.from(secret), [secret], { secret }, Symbol(secret)];

describe('an argument of another type is a TypeError that repeats nothing of it', () => {
  test.each<[string, (value: never) => unknown, RegExp, readonly unknown[]]>([
    ['the options of a flow', (o) => new ClientCredentialsFlow(o), /No authorization server is given/, values],
    ['the options of an assertion', (o) => signAssertion(o), /issuer/, values],
    ['the URL of openBrowser', (url) => openBrowser(url, { env: {} }), /Only http: and https:/, values],
    ['the name of a variable', (name) => environmentVariable(name), /named by a non-empty string/, [...values, '']],
    ['the names of variables', (names) => readEnvironment(names), /needs an object/, [...values.slice(0, 5), secret]],
    ['each of these names', (name) => readEnvironment({ name }), /named by a non-empty string/, values],
    ['the path of a credentials file', (path) => readCredentialsFile(path), /path of a file must be/, values],
    [
      'the client of an API',
      (client: ResourceClient) => discoverResource('https://api.example.org', { client }),
      /client needs one of clientId/,
      values,
    ],
    ['a module to torture', (storageModule) => runTorture({ storageModule }), /storageModule must be/, [undefined, '']],
  ])('%s', async (_, call, words, given) => {
    for (const value of given) {
      const failure = await failureOf(call, value);
      expect(failure).toBeInstanceOf(TypeError);
      expect(failure.message).toMatch(words);
      expect(`${failure.stack} ${JSON.stringify(failure)}`).not.toContain(secret);
    }
  });
});

describe('a flow', () => {
  const asked: string[] = [];
  const flow = new AuthorizationCodeFlow({
    issuer: 'https://login.example.org',
    clientId: 'web',
    redirectUri: 'https://app.example.org/back',
    fetch: async (url) => {
      asked.push(url as string);
      return new Response('', { status: 500 });
    },
  });

  test('asks nobody when the callback is neither a text nor a URL', async () => {
    const state = { state: secret, redirectUri: 'https://app.example.org/back' };
    for (const value of values) {
      const failure = await failureOf((url: string) => flow.completeAuthorization(url, state), value);
      expect(failure).toMatchObject({
        name: 'TypeError',
        message: expect.stringContaining('must be a string or a URL'),
      });
    }
    expect(asked).toEqual([]);
  });

  test('takes functions alone as listeners, and tells which event it was', async () => {
    const failure = await failureOf((listener: () => void) => flow.events.on('saveFailed', listener), { secret });
    expect(failure).toMatchObject({ name: 'TypeError', message: 'The listener of saveFailed must be a function.' });
  });
});
