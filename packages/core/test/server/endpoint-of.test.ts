import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AuthorizationCodeFlow, DeviceCodeFlow } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';

let server: FakeAuthorizationServer;
beforeEach(async () => {
  server = await FakeAuthorizationServer.start();
});
afterEach(() => server.stop());

const client = { clientId: 'app', redirectUri: 'http://localhost/callback' };

describe('An endpoint that the server lacks', () => {
  const cases: readonly (readonly [string, string, (named: object) => Promise<unknown>])[] = [
    [
      'authorization_endpoint',
      'authorizationEndpoint',
      (named) => new AuthorizationCodeFlow({ ...client, ...named }).startAuthorization(),
    ],
    [
      'pushed_authorization_request_endpoint',
      'pushedAuthorizationRequestEndpoint',
      (named) => new AuthorizationCodeFlow({ ...client, ...named, pushedAuthorization: true }).startAuthorization(),
    ],
    [
      'device_authorization_endpoint',
      'deviceAuthorizationEndpoint',
      (named) => new DeviceCodeFlow({ ...client, ...named }).doFlow(),
    ],
    ['userinfo_endpoint', 'userinfoEndpoint', (named) => withToken(named).then((flow) => flow.fetchUserInfo())],
    ['introspection_endpoint', 'introspectionEndpoint', (named) => withToken(named).then((flow) => flow.introspect())],
  ];

  async function withToken(named: object): Promise<DeviceCodeFlow> {
    const flow = new DeviceCodeFlow({ ...client, ...named });
    await flow.importTokens({ access_token: 'at' });
    return flow;
  }

  test.each(cases)('%s is asked for by the name of its option where endpoints were given', async (_, option, ask) => {
    const endpoints = {
      tokenEndpoint: server.tokenEndpoint,
      ...(option.startsWith('pushed') && { authorizationEndpoint: `${server.issuer}/authorize` }),
    };
    await expect(ask({ server: endpoints })).rejects.toMatchObject({
      code: 'DISCOVERY_INVALID',
      message: `server.${option} is missing, which is needed here.`,
      remedy: `Add ${option} to the option server, or give issuer in place of it.`,
    });
    expect(server.ledger.entries).toEqual([]);
  });

  test.each(cases)('%s is named as in the metadata where these lack it', async (name, _, ask) => {
    server.configure({ metadata: { [name]: undefined } });
    await expect(ask({ issuer: server.issuer })).rejects.toMatchObject({
      code: 'DISCOVERY_INVALID',
      message: `The authorization server names no ${name}.`,
    });
  });
});
