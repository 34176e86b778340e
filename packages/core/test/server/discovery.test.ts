import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, DiscoveryError } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { GrantScene } from '../scenes/grant-scene.js';

let scene: GrantScene;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

const flowOf = (): ClientCredentialsFlow =>
  new ClientCredentialsFlow({ ...scene.options(), clientSecret: 'machine-secret' });

/** The paths that were asked for before tokens were. */
const asked = (): string[] =>
  scene.server.ledger.entries.filter(({ endpoint }) => endpoint !== 'token').map(({ path }) => path);

const [openid, oauth] = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

describe('discovery', () => {
  test.each([
    ['nothing', faults.empty(404)],
    ['a page', faults.html(200)],
    ['the way to a login page', faults.redirect('https://login.example/', { status: 302 })],
    ['a list', faults.changeFields(() => [])],
  ])('takes the document of RFC 8414 where the other is %s', async (_what, fault) => {
    scene.server.nextAnswers({ endpoint: 'discovery' }, fault);
    expect(await flowOf().getAccessTokenRefreshIfNecessary()).toMatch(/^at_/);
    expect(asked()).toEqual([openid, oauth]);
  });

  test.each([
    ['of another issuer', { issuer: 'https://other.example' }],
    ['without an issuer', { issuer: undefined }],
  ])('refuses a document %s, and looks no further', async (_what, change) => {
    scene.server.nextAnswers(
      { endpoint: 'discovery' },
      faults.changeFields((all) => ({ ...all, ...change })),
    );
    await expect(flowOf().getAccessTokenRefreshIfNecessary()).rejects.toBeInstanceOf(DiscoveryError);
    expect(asked()).toEqual([openid]);
  });
});
