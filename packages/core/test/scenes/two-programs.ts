import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as core from '@latchkey/core';
import { FakeAuthorizationServer, faults } from '@latchkey/core/testing';

/** A program as plain data, so that another process can be told of it: a class of flow and its options. */
export interface Program {
  readonly flow: 'ClientCredentialsFlow' | 'JwtBearerFlow' | 'PasswordFlow';
  readonly options: object;
}

/** What one call of a program brought. */
export type Outcome =
  { readonly token: string } | { readonly code: unknown; readonly remedy: unknown; readonly token?: undefined };

/** Two programs that live until they are closed. */
export interface Running {
  /** Lets one of them ask for its token. */
  ask(program: 0 | 1): Promise<Outcome>;
  close?(): Promise<void>;
}

/** Where programs keep their tokens: each place is used once, and is empty. */
export interface Place {
  /** Opens it, for two programs of one process and, a second time, to see what is stored. */
  open(): core.TokenStorage;
  close?(): Promise<void>;
}

/** A kind of storage under test. */
export interface Places {
  /** Whether there is room for one record only. */
  readonly hasOneRecord: boolean;
  make(): Place;
}

type Kind = keyof typeof kinds;

interface Side {
  readonly kind: Kind;
  readonly scope: string;
  readonly account: string;
}

const kinds = {
  machine: { flow: 'ClientCredentialsFlow', grantType: 'client_credentials' },
  assertion: { flow: 'JwtBearerFlow', grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
  login: { flow: 'PasswordFlow', grantType: 'password' },
} as const;

const pairs: readonly (readonly [Kind, Kind])[] = [
  ['machine', 'machine'],
  ['login', 'login'],
  ['machine', 'assertion'],
  ['login', 'machine'],
  ['machine', 'login'],
];

/** What a server says of the scope in its answers: it may name it, leave it out (RFC 6749 section 5.1) or give another. */
const answers = {
  'with its scope': (fields: object) => fields,
  'without scope': ({ scope: _none, ...fields }: { scope?: unknown }) => fields,
  'with another scope': (fields: object) => ({ ...fields, scope: 'profile' }),
};

/** Two programs that differ in what is named, and what the server answers. */
function cellsOf([first, second]: readonly [Kind, Kind]): { name: string; sides: [Side, Side]; answer: Answer }[] {
  return (['orders', 'users'] as const).flatMap((scope) =>
    (['ada', 'grace'] as const).flatMap((account) =>
      (Object.keys(answers) as Answer[]).map((answer) => ({
        name: `${first} and ${second}: orders and ${scope}, ada and ${account}, answers ${answer}`,
        sides: [
          { kind: first, scope: 'orders', account: 'ada' },
          { kind: second, scope, account },
        ] as [Side, Side],
        answer,
      })),
    ),
  );
}

type Answer = keyof typeof answers;

/** How both are started: in turn or at once. */
const timings = {
  'at once': (running: Running) => Promise.all([running.ask(0), running.ask(1)]),
  'one after another': async (running: Running) => [await running.ask(0), await running.ask(1)],
};

/** Makes the flow that a program is. */
function flowOf({ flow, options }: Program, storage: core.TokenStorage): core.StoredAuthFlow {
  return new core[flow]({ ...options, storage } as never);
}

/** Asks a flow for its token, and tells in plain data what came of it. */
function askFlow(flow: core.StoredAuthFlow): Promise<Outcome> {
  return flow.getAccessTokenRefreshIfNecessary().then(
    (token) => ({ token }),
    (error: unknown) => {
      const { code, remedy } = error as { code: unknown; remedy: unknown };
      return { code, remedy };
    },
  );
}

/** Both programs in this process. */
function inThisProcess(programs: readonly [Program, Program], place: Place): Running {
  const flows = programs.map((program) => flowOf(program, place.open()));
  return { ask: (program) => askFlow(flows[program]!) };
}

/** Tests of two programs of one client in one process, for every way in which they may differ. */
export function describeTwoPrograms(name: string, places: Places): void {
  describe(`Two programs of one client, over ${name}, each have their own token in as few requests as can be`, () => {
    const scene = new Scene(places);
    beforeAll(() => scene.start());
    afterAll(() => scene.stop());

    describe.each(Object.entries(timings))('%s:', (_timing, timing) => {
      test.each(pairs)('%s and %s', async (...pair) => {
        for (const cell of cellsOf(pair)) await scene.expectOwnTokens(cell, inThisProcess, timing);
      });
    });
  });
}

/** A test of two programs in two processes at once; `start` runs both, for all cells. */
export function testTwoProcesses<P extends Place>(
  name: string,
  places: Places & { make(): P },
  start: () => { run(programs: readonly [Program, Program], place: P): Running; stop(): Promise<unknown> },
): void {
  test(`Two programs of one client, in two processes at once over ${name}, each have their own token`, async () => {
    const scene = new Scene(places);
    await scene.start();
    const processes = start();
    try {
      for (const cell of pairs.flatMap(cellsOf)) {
        await scene.expectOwnTokens(cell, (programs, place) => processes.run(programs, place as P), timings['at once']);
      }
    } finally {
      await processes.stop();
      await scene.stop();
    }
  });
}

class Scene {
  readonly #places: Places;
  #server: FakeAuthorizationServer | undefined;

  constructor(places: Places) {
    this.#places = places;
  }

  async start(): Promise<void> {
    this.#server = await FakeAuthorizationServer.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  async expectOwnTokens(
    { name, sides, answer }: { name: string; sides: [Side, Side]; answer: Answer },
    run: (programs: readonly [Program, Program], place: Place) => Running,
    ask: (running: Running) => Promise<Outcome[]>,
  ): Promise<void> {
    const server = this.#server!;
    server.ledger.clear();
    server.clearFaults();
    server.nextAnswers({ endpoint: 'token', times: Infinity }, faults.changeFields(answers[answer]));
    const place = this.#places.make();
    const [one, two] = sides.map((side) => this.#program(side)) as [Program, Program];
    const running = run([one, two], place);
    try {
      const outcomes = await ask(running);
      const requests = server.ledger.count({ endpoint: 'token' });
      expect({
        name,
        requests,
        outcomes: outcomes.map(({ token }, index) => this.#whose(token, sides[index]!)),
      }).toEqual({ name, ...this.#expected(sides, outcomes) });
      for (const error of outcomes.filter(({ token }) => token === undefined)) {
        const remedy: unknown = expect.stringContaining('perKey');
        expect({ name, ...error }).toEqual({ name, code: 'CREDENTIAL_MISMATCH', remedy });
      }
      expect([name, outcomes[0]?.token === outcomes[1]?.token]).toEqual([name, areOne(sides)]);

      const again = [await running.ask(0), await running.ask(1)];
      expect([name, again.map(({ token }, index) => this.#whose(token, sides[index]!))]).toEqual([
        name,
        outcomes.map(({ token }) => (token === undefined ? 'none' : 'its own')),
      ]);
      expect([name, server.ledger.count({ endpoint: 'token' })]).toEqual([name, requests]);
      await this.#expectLoginsKept(name, sides, outcomes, place);
    } finally {
      await running.close?.();
      await place.close?.();
    }
  }

  /** A login that was given to anybody is still stored. */
  async #expectLoginsKept(name: string, sides: [Side, Side], outcomes: Outcome[], place: Place): Promise<void> {
    for (const [index, side] of sides.entries()) {
      if (side.kind !== 'login' || outcomes[index]?.token === undefined) continue;
      const storage = place.open();
      const stored = await storage.load(flowOf(this.#program(side), storage).key);
      expect([name, this.#whose(stored?.accessToken, side), stored?.stamp?.kind]).toEqual([name, 'its own', 'login']);
    }
  }

  /** In a file of one record whoever finds another's login is turned away without a request; else both get their own. */
  #expected(sides: [Side, Side], outcomes: Outcome[]): { requests: number; outcomes: string[] } {
    const [one, two] = sides;
    const isLogin = one.kind === 'login' && two.kind === 'login';
    const haveOnePlace = this.#places.hasOneRecord && !(isLogin && one.account === two.account);
    const hasLogin = one.kind === 'login' || two.kind === 'login';
    const own = { requests: areOne(sides) ? 1 : 2, outcomes: ['its own', 'its own'] };
    if (!haveOnePlace || !hasLogin) return own;
    // At once, the first at the lock is served: a program may have been, whose token the login then replaces.
    const [isFirst, isSecond] = outcomes.map(({ token }) => token !== undefined);
    if (!isLogin && isFirst && isSecond) return own;
    const winner = isLogin ? (isFirst ? 0 : 1) : sides.findIndex(({ kind }) => kind === 'login');
    return { requests: 1, outcomes: sides.map((_side, index) => (index === winner ? 'its own' : 'none')) };
  }

  /** Reads in the server's ledger whom a token is for. */
  #whose(token: string | undefined, { kind, scope, account }: Side): string {
    if (token === undefined) return 'none';
    const entry = this.#server!.ledger.tokenRequests.find(({ issued }) => issued?.accessToken === token);
    const { grant_type, tenant, scope: asked = '' } = entry?.parameters ?? {};
    const isOwn = grant_type === kinds[kind].grantType && tenant === account && asked.split(' ').includes(scope);
    return isOwn ? 'its own' : `that of ${grant_type}, ${tenant}, ${asked}`;
  }

  #program({ kind, scope, account }: Side): Program {
    const { issuer, tokenEndpoint } = this.#server!;
    const own = {
      machine: { account },
      assertion: { assertion: assertionOf(account) },
      login: { username: account, password: 'pw' },
    };
    const server = { issuer, tokenEndpoint };
    const client = { server, clientId: 'app', clientSecret: 'app-secret', scope, parameters: { tenant: account } };
    return { flow: kinds[kind].flow, options: { ...client, ...own[kind] } };
  }
}

/** Whether both programs want the very same token. */
function areOne([one, two]: [Side, Side]): boolean {
  return one.kind === two.kind && one.scope === two.scope && one.account === two.account;
}

function assertionOf(sub: string): string {
  return [{ alg: 'none' }, { sub }, 'x']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}
