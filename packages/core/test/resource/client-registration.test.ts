import { describe, expect, test } from '@jest/globals';
import { MemoryTokenStorage, RegistrationError } from '@latchkey/core';
import { discoverResource, type DiscoveredResource } from '@latchkey/core/resource';
import { api, honestWeb, issuer, type ScriptedWeb } from './scripted-web.js';

const storage = (): MemoryTokenStorage => new MemoryTokenStorage();
const find = (web: ScriptedWeb, place = storage()): Promise<DiscoveredResource> =>
  discoverResource(api, { client: { register: {} }, storage: place, fetch: web.fetch });

/** A server that takes these methods of authentication, and answers a registration so. */
function answering(methods: readonly string[] | undefined, answer: object, status = 201): ScriptedWeb {
  const web = honestWeb().server(issuer, { token_endpoint_auth_methods_supported: methods });
  return web.json(`${issuer}/register`, answer, status, 'POST');
}

const [id, hush] = [{ client_id: 'c' }, { client_secret: 'hush' }];
const [basic, post, none] = ['client_secret_basic', 'client_secret_post', 'none'];

describe('the answer to a registration', () => {
  test.each([
    ['no secret', [none, basic], id, { clientAuthentication: none }, none],
    ['no secret, where none is published', undefined, id, { clientAuthentication: none }, none],
    ['a secret', [post], { ...id, ...hush }, { clientSecret: 'hush', clientAuthentication: post }, post],
    [
      'a secret and how to show it',
      [basic],
      { ...id, ...hush, token_endpoint_auth_method: post },
      { clientSecret: 'hush', clientAuthentication: post },
      basic,
    ],
    [
      'a secret and how, which is no text',
      [post],
      { ...id, ...hush, token_endpoint_auth_method: 5 },
      { clientSecret: 'hush', clientAuthentication: basic },
      post,
    ],
    [
      'a secret that is not to be shown',
      [none],
      { ...id, ...hush, token_endpoint_auth_method: none },
      { clientAuthentication: none },
      none,
    ],
    ['an empty secret', [post], { ...id, client_secret: '' }, { clientAuthentication: none }, post],
    ['a secret that is no text', [post], { ...id, client_secret: 5 }, { clientAuthentication: none }, post],
  ])('gives %s', async (_what, methods, answer, expected, asked) => {
    const web = answering(methods, answer);
    const { clientId, clientSecret, clientAuthentication } = await find(web);
    const given = { clientAuthentication, ...(clientSecret !== undefined && { clientSecret }) };
    expect([clientId, given]).toEqual(['c', expected]);
    expect(web.bodies).toMatchObject([{ token_endpoint_auth_method: asked }]);
  });

  test.each([
    ['0, for never', 0, 0],
    ['no number', 'soon', undefined],
    ['nothing', undefined, undefined],
  ])('says of the end of a secret: %s', async (_what, end, kept) => {
    const place = storage();
    const web = answering([basic], { ...id, ...hush, client_secret_expires_at: end });
    await find(web, place);
    await find(web, place);
    expect(web.bodies).toHaveLength(1);
    const record = await place.load(`client ${issuer}`);
    expect(record?.toJSON().registered_client?.['client_secret_expires_at']).toBe(kept);
  });

  test('keeps no end without a secret', async () => {
    const place = storage();
    await find(answering(undefined, { ...id, client_secret_expires_at: 1 }), place);
    expect((await place.load(`client ${issuer}`))?.toJSON().registered_client).not.toHaveProperty(
      'client_secret_expires_at',
    );
  });

  test.each([401, 503])('may echo a key among the headers, which is in no error, with status %i', async (status) => {
    const web = answering(undefined, { error: 'odd', error_description: 'No such key: MARKED-0123456789' }, status);
    const headers = { authorization: 'Bearer MARKED-0123456789' };
    const found = discoverResource(api, { client: { register: {} }, storage: storage(), fetch: web.fetch, headers });
    await expect(found).rejects.toMatchObject({ errorDescription: 'No such key: [redacted]' });
  });

  test.each([
    ['no client', {}, 201],
    ['an empty id', { client_id: '' }, 201],
    ['an id that is no text', { client_id: 5 }, 201],
    ['a list', [], 201],
    ['a client, and refuses it', id, 400],
    ['a client, and leads elsewhere', id, 300],
  ])('is none where it holds %s', async (_what, answer, status) => {
    const place = storage();
    await expect(find(answering(undefined, answer, status), place)).rejects.toBeInstanceOf(RegistrationError);
    expect(await place.load(`client ${issuer}`)).toBeUndefined();
  });
});
