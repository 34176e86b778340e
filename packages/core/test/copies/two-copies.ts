import { expect, test } from '@jest/globals';
import type { StoredAuthFlow, TokenStorage } from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import type { Copy } from './copied-packages.js';

/** Which copy each part of a program is from. */
interface Parts {
  readonly flows: readonly [Copy, Copy];
  readonly storages: readonly [Copy, Copy];
  readonly lock: Copy;
  /** Looks at errors, and has a storage that throws some. */
  readonly user: Copy;
}

/** Opens one empty place twice, for a flow each. */
export type OpenTwice = (parts: Parts) => readonly [TokenStorage, TokenStorage];

/** Compares programs made of parts of two copies with the same program made of one. */
export function expectAsWithOneCopy(copies: () => Promise<readonly [Copy, Copy]>, open: OpenTwice): void {
  const letters = ['A', 'B'] as const;
  const combinations = letters.flatMap((flow) =>
    letters.flatMap((storage) => letters.flatMap((lock) => letters.map((user) => ({ flow, storage, lock, user })))),
  );

  let told: Promise<object> | undefined;
  const withOneCopy = (a: Copy): Promise<object> => {
    const parts: Parts = { flows: [a, a], storages: [a, a], lock: a, user: a };
    return (told ??= life(parts, open(parts)));
  };

  test.each(combinations)('flow $flow, storage $storage, lock $lock, user $user', async (from) => {
    const [a, b] = await copies();
    const of = (letter: 'A' | 'B'): Copy => (letter === 'A' ? a : b);
    const parts: Parts = {
      flows: [a, of(from.flow)],
      storages: [a, of(from.storage)],
      lock: of(from.lock),
      user: of(from.user),
    };
    const mixed = await life(parts, open(parts));
    expect(mixed).toEqual(await withOneCopy(a));
    expect(mixed).toMatchObject({ first: [1, 1], later: [1, 1], rejected: [1, 1], reuses: 0 });
  });
}

/** Two flows over one place, from a login to its end: how many requests each step took, and what its callers got. */
async function life({ flows, user }: Parts, storages: readonly [TokenStorage, TokenStorage]): Promise<object> {
  await using server = await FakeAuthorizationServer.start({ expiresIn: 3600 });
  const clock = new TestClock({ autoAdvance: true });
  server.configure({ clock });
  const make = ({ core }: Copy, storage: TokenStorage): StoredAuthFlow =>
    new core.DeviceCodeFlow({
      server: { tokenEndpoint: server.tokenEndpoint, deviceAuthorizationEndpoint: `${server.issuer}/device` },
      clientId: 'cli',
      clock,
      storage,
      promptUser: () => undefined,
    });
  const [one, other] = [make(flows[0], storages[0]), make(flows[1], storages[1])];
  const expire = (): Promise<void> => clock.advance(4_000_000);

  /** How many requests a step takes, and how many tokens or which errors come of it. */
  const step = async (...calls: Promise<unknown>[]): Promise<readonly unknown[]> => {
    const before = server.ledger.count({ endpoint: 'token' });
    const results = await Promise.all(calls.map((call) => call.catch((error: unknown) => say(user, error))));
    return [server.ledger.count({ endpoint: 'token' }) - before, tally(results)];
  };
  const call = (flow: StoredAuthFlow): Promise<string> => flow.getAccessTokenRefreshIfNecessary();

  await one.importTokens({ refresh_token: await refreshToken(server) });
  const first = await step(call(one), call(other));
  await expire();
  const later = await step(...Array.from({ length: 6 }, (_, index) => call(index % 2 ? one : other)));
  const rejectedToken = await call(other);
  const rejected = await step(...[one, other].map((flow) => flow.getAccessTokenRefreshIfNecessary({ rejectedToken })));
  const { reuses } = server.ledger;
  server.revokeRefreshToken((await one.reload())?.refreshToken ?? '');
  await expire();
  const refused = await step(call(one), call(other));
  await one.importTokens({ refresh_token: await refreshToken(server) });
  await call(other);
  await other.logout();
  await one.reload();
  const loggedOut = await step(call(one), call(other));
  return { first, later, rejected, refused, loggedOut, reuses };
}

/** A number of tokens that are all the same counts as 1; errors are told. */
function tally(results: readonly unknown[]): unknown {
  return results.every((result) => typeof result === 'string') ? new Set(results).size : results;
}

/** What a program sees of an error. */
export function say({ core }: Copy, error: unknown): object {
  const classes = Object.entries(core).flatMap(([name, type]) =>
    typeof type === 'function' && /Error$/.test(name) && error instanceof type ? [name] : [],
  );
  const { name, code, retryable } = error as { name?: string; code?: string; retryable?: boolean };
  return { name, code, retryable, classes };
}

async function refreshToken(server: FakeAuthorizationServer): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'password', username: 'ada', password: 'pw', client_id: 'cli' });
  const answer = await fetch(server.tokenEndpoint, { method: 'POST', body });
  return ((await answer.json()) as { refresh_token: string }).refresh_token;
}
