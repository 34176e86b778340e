import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TokenSet } from '@latchkey/core';
import { faults } from '@latchkey/core/testing';
import { mergeAnswer } from '../../dist/tokens/merge.js';
import { DeviceScene } from '../scenes/device-scene.js';

const login = Date.UTC(2026, 0, 1);
const day = 86_400;
const tokens = (fields: object): TokenSet => mergeAnswer({ access_token: 'at', refresh_token: 'rt', ...fields }, login);
const endOf = ({ refreshExpiresAt }: TokenSet): number | undefined =>
  refreshExpiresAt && (refreshExpiresAt.getTime() - login) / 1000;
/** The end after a renewal ten days later. */
const afterRenewal = (first: object, second: object): number | undefined =>
  endOf(mergeAnswer({ access_token: 'at-2', ...second }, login + 10 * day * 1000, tokens(first)));

describe('the end of a refresh token', () => {
  test.each([
    ['of most servers', { refresh_token_expires_in: 15_897_600 }, 15_897_600],
    ['as text, as in a form', { refresh_token_expires_in: '15897600' }, 15_897_600],
    ['of Keycloak', { refresh_expires_in: 1800 }, 1800],
    ['of Intuit', { x_refresh_token_expires_in: 8_726_400 }, 8_726_400],
    ['0, of Keycloak’s offline tokens: never', { refresh_expires_in: 0 }, undefined],
    ['no number', { refresh_expires_in: 'soon' }, undefined],
    ['not told', {}, undefined],
  ])('is read from a lifetime %s', (_whose, fields, end) => {
    expect(endOf(tokens(fields))).toBe(end);
  });

  test('is no matter of an answer without a refresh token', () => {
    expect(mergeAnswer({ access_token: 'at', refresh_expires_in: 60 }, login).refreshExpiresAt).toBeUndefined();
  });

  test('stays as it is in a record that is read later', () => {
    const record = JSON.stringify(tokens({ refresh_expires_in: day }));
    expect(endOf(TokenSet.from(record, login + 5_000_000))).toBe(day);
  });

  const told = { refresh_token_expires_in: 100 * day };
  test.each([
    ['is kept with a token that is kept', told, {}, 100 * day],
    ['is kept where the same token is sent again', told, { refresh_token: 'rt' }, 100 * day],
    ['moves with what the renewal says', told, { refresh_token: 'rt-2', ...told }, 110 * day],
    ['moves with what the renewal says of a token that is kept', told, told, 110 * day],
    ['is unknown of a new token of which nothing is said', told, { refresh_token: 'rt-2' }, undefined],
    ['is gone where the renewal says never', told, { refresh_token_expires_in: 0 }, undefined],
  ])('%s', (_what, first, second, end) => {
    expect(afterRenewal(first, second)).toBe(end);
  });
});

describe('the event refreshTokenExpiring', () => {
  let scene: DeviceScene;

  beforeEach(async () => {
    scene = await DeviceScene.start({ expiresIn: 3600 });
  });
  afterEach(() => scene[Symbol.asyncDispose]());

  /** The server tells how many seconds the refresh token has left. */
  const telling = (left: () => number): void =>
    scene.server.nextAnswers(
      { endpoint: 'token', times: 99 },
      faults.changeFields((fields) => ({ ...fields, refresh_token_expires_in: left() })),
    );

  /** At which hour after the login a renewal told it. */
  async function toldAt(left: () => number, hours: number): Promise<number[]> {
    telling(left);
    const flow = await scene.loggedIn();
    const at: number[] = [];
    let hour = 0;
    flow.events.on('refreshTokenExpiring', () => at.push(hour));
    for (hour = 1; hour <= hours; hour++) {
      await scene.clock.advance(3_600_000);
      await flow.getAccessTokenRefreshIfNecessary();
    }
    return at;
  }

  test('comes when a tenth is left of an end that does not move', async () => {
    const end = scene.clock.now() + 20.5 * 3_600_000;
    expect(await toldAt(() => Math.round((end - scene.clock.now()) / 1000), 19)).toEqual([19]);
  });

  test('does not come while each renewal moves the end', async () => {
    expect(await toldAt(() => 2 * 3600, 20)).toEqual([]);
  });

  test('does not come while each renewal moves an end that is the access token’s', async () => {
    expect(await toldAt(() => 3600, 3)).toEqual([]);
  });

  test('comes when the end has stopped moving and is before the next renewal', async () => {
    const most = scene.clock.now() + 10.5 * 3_600_000;
    const left = (): number => Math.min(7200, Math.round((most - scene.clock.now()) / 1000));
    expect(await toldAt(left, 10)).toEqual([10]);
  });

  test('is told to a program that finds the tokens in storage, with the end', async () => {
    telling(() => 3700);
    const { refreshExpiresAt } = await scene.loggedIn();
    await scene.clock.advance(3_400_000);
    const flow = scene.flow();
    const ends: (Date | undefined)[] = [];
    flow.events.on('refreshTokenExpiring', (event) => ends.push(event.tokens.refreshExpiresAt));
    await flow.getAccessTokenRefreshIfNecessary();
    expect(ends).toEqual([refreshExpiresAt]);
    expect(flow.refreshExpiresAt).toEqual(refreshExpiresAt);
    expect(refreshExpiresAt).toBeInstanceOf(Date);
  });
});
