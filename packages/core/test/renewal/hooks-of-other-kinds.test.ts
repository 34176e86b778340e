import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RefreshTokenFlow, StorageUnavailableError, type TokenSet } from '@latchkey/core';
import { DeviceScene } from '../scenes/device-scene.js';

let scene: DeviceScene;
let place: { text?: string; absent?: null };

beforeEach(async () => {
  scene = await DeviceScene.start({ expiresIn: 3600 });
  place = {};
});
afterEach(() => scene[Symbol.asyncDispose]());

/** A program that was given a refresh token to start from, and keeps the renewed ones by hooks of its own. */
class Program extends RefreshTokenFlow {
  readonly #read: (text: string) => unknown;

  constructor(refreshToken: string, read: (text: string) => unknown) {
    const { tokenEndpoint } = scene.server;
    super({ server: { tokenEndpoint }, clientId: 'cli', clock: scene.clock, refreshToken, lock: 'process' });
    this.#read = read;
  }
  protected override async loadTokens(): Promise<TokenSet | undefined> {
    return (place.text === undefined ? place.absent : this.#read(place.text)) as TokenSet | undefined;
  }
  protected override async saveTokens(tokens: TokenSet): Promise<void> {
    place.text = JSON.stringify(tokens);
  }
}

const token = (flow: Program): Promise<string> => flow.getAccessTokenRefreshIfNecessary();

describe('a hook that gives another kind of value than a record', () => {
  test.each<[string, string, (text: string) => unknown]>([
    ['bytes', 'Uint8Array', (text) => Buffer.from(text)],
    ['an ArrayBuffer', 'ArrayBuffer', (text) => new TextEncoder().encode(text).buffer],
    ['a Map', 'Map', (text) => new Map(Object.entries(JSON.parse(text) as object))],
    ['the rows of a query', 'Array', (text) => [JSON.parse(text) as unknown]],
    ['a number of rows', 'Number', () => 1],
    ['whether there is one', 'Boolean', () => false],
    ['a function', 'Function', (text) => () => text],
  ])('is told of %s, and nothing takes the place of the login', async (_, kind, read) => {
    const { refreshToken } = await scene.loggedIn();
    await token(new Program(refreshToken, JSON.parse));
    await scene.expire();
    const { text } = place;
    scene.server.ledger.clear();
    const failure = await token(new Program(refreshToken, read)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ constructor: StorageUnavailableError, retryable: false });
    expect(String(failure)).toContain(`not ${kind}`);
    expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain(refreshToken);
    expect(scene.server.ledger.tokenRequests).toEqual([]);
    expect(place.text).toBe(text);
    expect(await token(new Program(refreshToken, JSON.parse))).toBeTruthy();
    scene.server.ledger.assertEachPresentedOnce();
  });

  test.each<[string, (text: string) => unknown]>([
    ['JSON as text', (text) => text],
    ['an object', JSON.parse],
    ['a promise of a promise', (text) => Promise.resolve(Promise.resolve(text))],
    ['what is no promise but can be awaited', (text) => ({ then: (give: (text: string) => void) => give(text) })],
  ])('is understood when it is %s', async (_, read) => {
    const { refreshToken } = await scene.loggedIn();
    const first = await token(new Program(refreshToken, read));
    expect(await token(new Program(refreshToken, read))).toBe(first);
    scene.server.ledger.assertEachPresentedOnce();
  });

  test('means that nothing is stored when it is null, as of a column', async () => {
    const { refreshToken } = await scene.loggedIn();
    place.absent = null;
    expect(await token(new Program(refreshToken, JSON.parse))).toBeTruthy();
    expect(scene.server.ledger.presentations(refreshToken)).toHaveLength(1);
  });
});

test('Hooks that are no async functions, as those that use readFileSync, serve as well', async () => {
  class Plain extends Program {
    protected override loadTokens(): Promise<TokenSet | undefined> {
      return (place.text === undefined ? undefined : JSON.parse(place.text)) as Promise<undefined>;
    }
    protected override saveTokens(tokens: TokenSet): Promise<void> {
      place.text = JSON.stringify(tokens);
      return undefined as unknown as Promise<void>;
    }
  }
  const { refreshToken } = await scene.loggedIn();
  const flow = new Plain(refreshToken, JSON.parse);
  const first = await token(flow);
  await scene.expire();
  expect(await token(flow)).not.toBe(first);
  expect(await token(new Plain(refreshToken, JSON.parse))).toBe(flow.accessToken);
  scene.server.ledger.assertEachPresentedOnce();
});
