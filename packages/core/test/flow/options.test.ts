import { describe, expect, test } from '@jest/globals';
import * as core from '@latchkey/core';
import { ClientCredentialsFlow, type ClientCredentialsFlowOptions, InsecureTransportError } from '@latchkey/core';

const good = { issuer: 'https://login.example.org', clientId: 'app' };
const construct = (options: object): ClientCredentialsFlow =>
  new ClientCredentialsFlow(options as ClientCredentialsFlowOptions);
const keyOf = (options: object): string => construct(options).key;

describe('options', () => {
  test.each([
    ['no server', { clientId: 'app' }, /No authorization server is given: add issuer/],
    ['two servers', { ...good, domain: 'login.example.org' }, /issuer and domain are given/],
    ['no client', { issuer: good.issuer }, /clientId/],
    ['an empty client', { ...good, clientId: '' }, /clientId/],
    ['an issuer that is no URL', { ...good, issuer: 'login.example.org' }, /issuer must be an absolute URL/],
    ['a password in a URL', { ...good, issuer: 'https://me:pw@login.example.org' }, /no user name or password/],
    ['no token endpoint', { clientId: 'app', server: {} }, /tokenEndpoint/],
    ['a secret that is an object', { ...good, clientSecret: {} }, /clientSecret/],
    [
      'an unknown authentication',
      { ...good, clientSecret: 'x', clientAuthentication: 'magic' },
      /clientAuthentication/,
    ],
    [
      'an authentication without its secret',
      { ...good, clientAuthentication: 'client_secret_post' },
      /needs a clientSecret/,
    ],
    [
      'a port that fetch blocks',
      { ...good, issuer: 'http://127.0.0.1:6000' },
      /issuer: fetch connects to no port 6000/,
    ],
    ['a negative timeout', { ...good, timeout: -1 }, /timeout/],
    ['a threshold that is text', { ...good, autoRefreshThreshold: '60' }, /autoRefreshThreshold/],
    ['a lock timeout that is no number', { ...good, lockTimeout: NaN }, /lockTimeout/],
    ['an unknown basicEncoding', { ...good, dialect: { basicEncoding: 'RAW' } }, /basicEncoding/],
    ['a dialect that is none', { ...good, dialect: 'withings' }, /dialect must be an object/],
    ['a part that no dialect has', { ...good, dialect: { refreshParams: {} } }, /dialect\.refreshParams is unknown/],
    ['a dialect whose hook is none', { ...good, dialect: { answer: {} } }, /dialect\.answer must be a function/],
    ['a dialect with a number as a field', { ...good, dialect: { refreshParameters: { a: 1 } } }, /refreshParameters/],
    [
      'a dialect that replaces the refresh token',
      { ...good, dialect: { refreshParameters: { refresh_token: 'a' } } },
      /without grant_type and refresh_token/,
    ],
    ['dead words that are no list', { ...good, dialect: { deadRefreshToken: 'gone' } }, /deadRefreshToken/],
    ['PKCE switched on', { ...good, dialect: { pkce: true } }, /dialect\.pkce must be false/],
    ['no PKCE and no secret', { ...good, dialect: { pkce: false } }, /needs client authentication/],
    [
      'no PKCE and a secret that is not sent',
      { ...good, clientSecret: 's', clientAuthentication: 'none', dialect: { pkce: false } },
      /needs client authentication/,
    ],
    ['an option that is part of the dialect', { ...good, basicEncoding: 'raw' }, /part of the option dialect/],
    ['a metadataUrl that is no URL', { ...good, metadataUrl: 'metadata' }, /metadataUrl must be an absolute URL/],
    ['a list of scopes', { ...good, scope: ['a', 'b'] }, /scope must be a string/],
    ['a key that is a number', { ...good, key: 5 }, /key must be a non-empty string/],
    ['an empty key', { ...good, key: '' }, /key must be a non-empty string/],
    ['an empty account', { ...good, account: '' }, /account must be a non-empty string/],
    ['no time for an answer', { ...good, timeout: 0 }, /timeout must be more than 0 seconds/],
    ['the URL of metadata', { ...good, issuer: `${good.issuer}/.well-known/openid-configuration` }, /metadataUrl/],
    ['a variable that is not set', { ...good, clientSecret: `${process.env['NOT_SET']}` }, /is the text undefined/],
    ['a promise in a template', { ...good, clientSecret: '[object Promise]' }, /is the text \[object Promise\]/],
    ['clientID', { issuer: good.issuer, clientID: 'app' }, /no option clientID. Did you mean clientId\?/],
    ['client_secret', { ...good, client_secret: 's' }, /no option client_secret. Did you mean clientSecret\?/],
    ['scopes', { ...good, scopes: ['a'] }, /no option scopes. Did you mean scope\?/],
    ['allowedOrigin', { ...good, allowedOrigin: good.issuer }, /Did you mean allowedOrigins\?/],
    ['an audience that is a list', { ...good, audience: ['a', 'b'] }, /audience must be a string/],
    ['an account that is a number', { ...good, account: 5 }, /account must be a non-empty string/],
    [
      'a resource that is a URL object',
      { ...good, resource: new URL('https://a.example') },
      /resource must be a URL as text/,
    ],
    ['a resource that is no text among others', { ...good, resource: ['https://a.example', 5] }, /resource must be a/],
    ['a lock that cannot lock', { ...good, lock: {} }, /lock has no method withLock/],
    ['a lock that is no such word', { ...good, lock: 'file' }, /lock has no method withLock/],
    ['a storage that is null', { ...good, storage: null }, /storage has no method load/],
    ['a fetch that is none', { ...good, fetch: 'fetch' }, /fetch must be a function/],
    ['a clock that cannot sleep', { ...good, clock: { now: Date.now } }, /clock must be an object with now and sleep/],
    ['headers that are text', { ...good, headers: 'x-a: b' }, /headers must be an object of texts/],
    [
      'headers that are Headers',
      { ...good, headers: new Headers({ 'x-a': 'b' }) },
      /headers must be an object of texts/,
    ],
    ['a header whose name HTTP cannot carry', { ...good, headers: { 'x a': 'b' } }, /headers must be/],
    ['a header that is a number', { ...good, headers: { 'x-a': 5 } }, /headers must be an object of texts/],
    ['parameters that are text', { ...good, parameters: 'a=b' }, /parameters must be an object of texts/],
    ['parameters that are URLSearchParams', { ...good, parameters: new URLSearchParams('a=b') }, /parameters must be/],
    ['a parameter that is a number', { ...good, parameters: { a: 5 } }, /parameters must be an object of texts/],
    ['a server that is null', { clientId: 'app', server: null }, /server must be an object of endpoints/],
    ['a server that is a URL', { clientId: 'app', server: good.issuer }, /server must be an object of endpoints/],
    ['a domain that is a number', { clientId: 'app', domain: 5 }, /domain must be a string/],
    ['an assertion of the client as text', { ...good, clientAssertion: 'a.b.c' }, /clientAssertion must be an object/],
    ['a dialect that is a list', { ...good, dialect: [] }, /dialect must be an object/],
    ['allowed origins that are text', { ...good, allowedOrigins: good.issuer }, /allowedOrigins must be an array/],
    ['a deadline that is text', { ...good, retry: { deadline: '5' } }, /retry\.deadline must be a number of seconds/],
    ['no attempt', { ...good, retry: { attempts: 0 } }, /retry\.attempts must be a whole number/],
    ['half an attempt', { ...good, retry: { attempts: 1.5 } }, /retry\.attempts must be a whole number/],
    [
      'a metadataUrl beside a server',
      { clientId: 'app', server: { tokenEndpoint: `${good.issuer}/token` }, metadataUrl: `${good.issuer}/metadata` },
      /metadataUrl stands beside issuer/,
    ],
    ['a client that is a number', { ...good, clientId: 5 }, /clientId must be a non-empty string/],
    ['a clientKey that is empty', { ...good, clientKey: '' }, /clientKey must be PEM text/],
    ['a clientKey that is a number', { ...good, clientKey: 5 }, /clientKey must be PEM text/],
    ['two proofs of the client', { ...good, clientSecret: 's', clientKey: {} }, /clientSecret and clientKey are both/],
    ['Basic without a secret', { ...good, clientAuthentication: 'client_secret_basic' }, /needs a clientSecret/],
    ['an HMAC without a secret', { ...good, clientAuthentication: 'client_secret_jwt' }, /needs a clientSecret/],
    ['a signature without a key', { ...good, clientAuthentication: 'private_key_jwt' }, /needs a clientKey/],
    ['a retry that is true', { ...good, retry: true }, /retry must be an object/],
    ['a renewAhead from the environment', { ...good, renewAhead: 'false' }, /renewAhead must be true or false/],
    ['a dpop from the environment', { ...good, dpop: 'false' }, /dpop must be true or false/],
    ['a pushedAuthorization that is a number', { ...good, pushedAuthorization: 1 }, /pushedAuthorization must be true/],
    ['a storage that is none', { ...good, storage: {} }, /storage has no method load, save, delete, withLock/],
  ])('with %s are a TypeError that says so', (_name, options, message) => {
    expect(() => construct(options)).toThrow(TypeError);
    expect(() => construct(options)).toThrow(message);
  });

  test.each(Object.entries<unknown>(core).filter(([name]) => name.endsWith('Simple')))(
    'without the storage that %s demands are a TypeError that says so',
    (_name, Simple) => {
      const options = {
        ...good,
        username: 'ada',
        password: 'pw',
        redirectUri: 'http://127.0.0.1/',
        refreshToken: 'rt',
      };
      const construct = (): unknown => Reflect.construct(Simple as typeof ClientCredentialsFlow, [options]);
      expect(construct).toThrow(TypeError);
      expect(construct).toThrow(/storage is missing/);
    },
  );

  test.each([
    { issuer: 'http://login.example.org' },
    { issuer: 'http://127.0.0.1.example.org' },
    { issuer: 'http://localhost.example.org' },
    { issuer: 'ftp://x.org' },
    { domain: 'http://login.example.org' },
    { server: { tokenEndpoint: 'http://login.example.org/token' } },
    { server: { tokenEndpoint: 'https://login.example.org/token', userinfoEndpoint: 'http://login.example.org/me' } },
  ])('with %j are refused, since tokens would travel unprotected', (server) =>
    expect(() => construct({ clientId: 'app', ...server })).toThrow(InsecureTransportError),
  );

  test.each(['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:3000', 'https://login.example.org'])(
    'with the issuer %s are taken',
    (issuer) => expect(() => construct({ ...good, issuer })).not.toThrow(),
  );

  test('with what a person is shown or sent to in no form of it are a TypeError that says so', () => {
    const construct = (Flow: object, options: object): unknown =>
      Reflect.construct(Flow as typeof ClientCredentialsFlow, [{ ...good, ...options }]);
    expect(() => construct(core.DeviceCodeFlow, { promptUser: true })).toThrow('promptUser must be a function');
    expect(() => construct(core.AuthorizationCodeFlow, { redirect: 'open' })).toThrow('redirect must be a function');
    const asked = [{ max_age: 5 }, new URLSearchParams({ prompt: 'login' }), 'prompt=login'];
    for (const authorizationParameters of asked) {
      const flow = (): unknown => construct(core.AuthorizationCodeFlow, { authorizationParameters });
      expect(flow).toThrow('authorizationParameters must be an object of texts');
    }
  });

  test('with a header that holds a line end are a TypeError that does not show it', () => {
    const secret = 'key-of-the-gateway';
    expect(() => construct({ ...good, headers: { 'x-api-key': `${secret}\n` } })).toThrow(TypeError);
    expect(() => construct({ ...good, headers: { 'x-api-key': `${secret}\n` } })).not.toThrow(secret);
  });

  test('may have names that are nearly an option’s where that stands beside them', () => {
    expect(construct({ ...good, scopes: ['a', 'b'], scope: 'a b' }).key).toBe(construct({ ...good, scope: 'a b' }).key);
  });

  test.each([
    ['a port that another fetch may know', { ...good, issuer: 'http://127.0.0.1:6000', fetch: () => undefined }],
    ['a header with a tab and a letter of Latin 1', { ...good, headers: { 'x-a': 'caf\xe9\t' } }],
    [
      'two proofs, of which one is named',
      { ...good, clientSecret: 's', clientKey: {}, clientAuthentication: 'private_key_jwt' },
    ],
  ])('may have %s', (_name, options) => expect(() => construct(options)).not.toThrow());

  test('may be left out by undefined, a parameter too', () => {
    expect(() => construct({ ...good, fetch: undefined, parameters: { a: undefined } })).not.toThrow();
  });

  test('name a program’s credential by the set of its scopes, whatever their order', () => {
    expect(keyOf({ ...good, scope: 'a b' })).toBe(keyOf({ ...good, scope: ' b  a b' }));
    expect(keyOf({ ...good, scope: 'a b' })).not.toBe(keyOf({ ...good, scope: 'a' }));
    expect(keyOf({ ...good, issuer: 'https://login.example.org/' })).toBe(keyOf(good));
    expect(keyOf({ clientId: 'app', domain: 'login.example.org' })).toBe(keyOf(good));
    const resources = ['https://a.example', 'https://b.example'];
    expect(keyOf({ ...good, resource: resources })).toBe(keyOf({ ...good, resource: [...resources].reverse() }));
    expect(keyOf({ ...good, key: 'mine' })).toBe('mine');
  });

  test('keep apart credentials that only look alike', () => {
    const keys = [
      good,
      { ...good, account: 'x' },
      { ...good, audience: 'x' },
      { ...good, resource: 'x' },
      { ...good, clientId: 'app&account=x' },
      { ...good, audience: 'x', account: 'y' },
      { ...good, audience: 'x&account=y' },
    ].map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
