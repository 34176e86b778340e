import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ClientCredentialsFlow, JwtBearerFlow, PasswordFlow, signAssertion } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import { decodeJwt } from 'jose';
import { GrantScene } from '../scenes/grant-scene.js';

const offsets = [
  ['ahead', 600_000],
  ['behind', -600_000],
] as const;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
let scene: GrantScene;
let serverClock: TestClock;

beforeEach(async () => {
  scene = await GrantScene.start();
});
afterEach(() => scene[Symbol.asyncDispose]());

function setServer(offset: number, options: Parameters<typeof scene.server.configure>[0] = {}): void {
  serverClock = new TestClock({ start: scene.clock.now() + offset });
  scene.server.configure({ clock: serverClock, ...options });
}

async function pass(milliseconds: number): Promise<void> {
  for (const clock of [scene.clock, serverClock]) await clock.advance(milliseconds);
}

async function isTaken(token: string): Promise<boolean> {
  const { status } = await fetch(scene.server.api, { headers: { authorization: `Bearer ${token}` } });
  return status === 200;
}

function passwordFlow(options: { readonly dpop?: true; readonly scope?: string } = {}): PasswordFlow {
  return new PasswordFlow({ ...scene.options(), username: 'ada', password: 'pw', ...options });
}

/** The token is given out until a minute before its end, and then renewed. */
async function useForAnHour(flow: PasswordFlow): Promise<void> {
  const token = await flow.getAccessTokenRefreshIfNecessary();
  expect(flow.ttl).toBe(3600);
  await pass(3_539_000);
  expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
  expect(await isTaken(token)).toBe(true);
  await pass(2000);
  const next = await flow.getAccessTokenRefreshIfNecessary();
  expect(next).not.toBe(token);
  expect(await isTaken(next)).toBe(true);
  scene.server.ledger.assertTokenRequests(2);
}

describe.each(offsets)('a server whose clock is ten minutes %s', (_way, offset) => {
  test.each(['opaque', 'jwt'] as const)(
    'gives %s tokens that are used to their end: expires_in counts here',
    async (accessTokens) => {
      setServer(offset, { accessTokens });
      await useForAnHour(passwordFlow());
    },
  );

  test('and that says the life of a JWT by its claims alone is believed, until an API refuses', async () => {
    setServer(offset, { accessTokens: 'jwt', expiresIn: undefined });
    const flow = passwordFlow();
    const token = await flow.getAccessTokenRefreshIfNecessary();
    expect(flow.ttl).toBe(3600 + offset / 1000);
    await pass(3_541_000);
    if (offset > 0) {
      expect(await flow.getAccessTokenRefreshIfNecessary()).toBe(token);
      await pass(60_000);
      expect(await isTaken(token)).toBe(false);
      const next = await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token });
      expect(await isTaken(next)).toBe(true);
    } else {
      expect(await isTaken(await flow.getAccessTokenRefreshIfNecessary())).toBe(true);
    }
    scene.server.ledger.assertTokenRequests(2);
  });

  test('gives an id token whose times may be wrong here; that is told, and the tokens are kept', async () => {
    setServer(offset, { idTokens: { lifetime: 300 } });
    const flow = passwordFlow({ scope: 'openid' });
    const problems: Error[] = [];
    flow.events.on('answerInvalid', ({ problem }) => problems.push(problem));
    expect(await isTaken(await flow.getAccessTokenRefreshIfNecessary())).toBe(true);
    expect(flow.idToken).toBeDefined();
    expect(problems.length).toBeLessThanOrEqual(1);
    expect(problems.length === 1).toBe(offset < 0);
  });

  test('is sent times by the clock of the flow: of signed clients, assertions and DPoP proofs', async () => {
    setServer(offset);
    const clock = new TestClock({ start: Date.UTC(2031, 5, 1) + offset, autoAdvance: true });
    const iat = Math.floor(clock.now() / 1000);
    const early = iat - 10; // many servers allow a clock that is ahead no second
    const options = { ...scene.options(), clock };
    await new ClientCredentialsFlow({ ...options, clientKey: pem }).getAccessTokenRefreshIfNecessary();
    const signed = decodeJwt(scene.lastForm['client_assertion'] ?? '');
    expect(Math.abs(Number(signed.iat) - early)).toBeLessThanOrEqual(1); // the protocol library counts in whole seconds
    expect([signed.nbf, signed.exp]).toEqual([signed.iat, Number(signed.iat) + 60]);
    const assertion = signAssertion({ key: pem, algorithm: 'ES256', issuer: 'robot' });
    await new JwtBearerFlow({ ...options, account: 'robot', assertion }).getAccessTokenRefreshIfNecessary();
    expect(decodeJwt(scene.lastForm['assertion'] ?? '')).toMatchObject({ iat: early, exp: early + 300 });
    const password = { username: 'ada', password: 'pw' };
    await new PasswordFlow({ ...options, ...password, dpop: true }).getAccessTokenRefreshIfNecessary();
    const proof = scene.server.ledger.tokenRequests.at(-1)?.headers['dpop'];
    expect(decodeJwt(String(proof))).toMatchObject({ iat });
  });
});

test('a JWT that is over on arrival, by this clock, lives from here as long as its claims say', async () => {
  setServer(-7_200_000, { accessTokens: 'jwt', expiresIn: undefined });
  const flow = passwordFlow();
  await useForAnHour(flow);
  expect(flow.ttl).toBe(3600);
});
