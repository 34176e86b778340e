import { describe, expect, test } from '@jest/globals';
import {
  AuthorizationCodeFlow,
  DeviceCodeFlow,
  LoginRequiredError,
  MemoryTokenStorage,
  TokenEndpointUnavailableError,
} from '@latchkey/core';
import type { Twin } from './twins/twin.js';

export type Options = Readonly<Record<string, unknown>>;
export type PersonFlow = AuthorizationCodeFlow | DeviceCodeFlow;

/** A server at which people log in. */
export interface Row {
  readonly twin: () => Twin;
  /** What the server needs, as a function or the page gives it. */
  readonly given: Options;
  /** What a program would write without it. */
  readonly without?: Options;
  readonly own?: Options;
  readonly device?: true;
  /** Whether a logout ends the login at the server. */
  readonly revokes?: true;
}

/** A person, a program, and the twin of a server. */
export class PersonScene implements AsyncDisposable {
  storage = new MemoryTokenStorage();
  #twin: Twin | undefined;

  get twin(): Twin {
    if (!this.#twin) throw new Error('Nothing has begun.');
    return this.#twin;
  }

  async begin({ twin, own, device, given }: Row, options = given): Promise<PersonFlow> {
    this.#twin = await twin().start();
    this.storage = new MemoryTokenStorage();
    const { fetch, clock } = this.#twin;
    const program = { clientId: 'app', clientSecret: 'hush', redirectUri: 'https://app.example/callback', key: 'it' };
    const all = { ...options, ...program, ...own, fetch, clock, storage: this.storage };
    return device
      ? new DeviceCodeFlow({ ...all, promptUser: () => this.twin.approveDevice() })
      : new AuthorizationCodeFlow(all);
  }

  async logIn(flow: PersonFlow): Promise<string> {
    if (flow instanceof DeviceCodeFlow) return (await flow.doFlow()).accessToken ?? '';
    const { url, state } = await flow.startAuthorization();
    return (await flow.completeAuthorization(this.twin.approve(url), state)).accessToken ?? '';
  }

  /** Lets the token end, and asks for another: where nothing says when, an API has refused it. */
  async nextToken(flow: PersonFlow, last: string): Promise<string> {
    const { clock } = this.twin;
    if (flow.expiresAt) await clock.advance(flow.expiresAt.getTime() - clock.now());
    return flow.getAccessTokenRefreshIfNecessary({ rejectedToken: last });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#twin?.[Symbol.asyncDispose]();
    this.#twin = undefined;
  }
}

/** What a person and a program meet at each server. */
export function describePeople(rows: Readonly<Record<string, Row>>, scene: PersonScene): void {
  describe.each(Object.entries(rows))('with %s', (_name, row) => {
    test('a person logs in, three renewals, an outage, a logout', async () => {
      const flow = await scene.begin(row);
      const { twin } = scene;
      const problems: unknown[] = [];
      flow.events.on('answerInvalid', ({ problem }) => problems.push(problem));
      const tokens = [await scene.logIn(flow)];
      for (let count = 0; count < 3; count++) tokens.push(await scene.nextToken(flow, tokens.at(-1) ?? ''));
      expect(new Set(tokens).size).toBe(4);
      expect(twin.isGood(tokens.at(-1) ?? '')).toBe(true);
      expect(twin.renewals).toBe(3);

      twin.isDown = true;
      await expect(scene.nextToken(flow, tokens.at(-1) ?? '')).rejects.toBeInstanceOf(TokenEndpointUnavailableError);
      twin.isDown = false;
      await twin.clock.advance(60_000);
      tokens.push(await scene.nextToken(flow, tokens.at(-1) ?? ''));
      expect(twin.isGood(tokens.at(-1) ?? '')).toBe(true);

      await flow.logout();
      expect(await scene.storage.load('it')).toBeUndefined();
      expect(twin.isGood(tokens.at(-1) ?? '')).toBe(!row.revokes);
      expect(problems).toEqual([]);
    });

    test('a login that the server has ended is one to be made again, and is', async () => {
      const flow = await scene.begin(row);
      const { twin } = scene;
      const first = await scene.logIn(flow);
      twin.endLogins();
      await expect(scene.nextToken(flow, first)).rejects.toBeInstanceOf(LoginRequiredError);
      await expect(scene.nextToken(flow, first)).rejects.toMatchObject({ code: 'INVALID_REFRESH_TOKEN' });
      expect(twin.renewals).toBe(1);
      expect(twin.isGood(await scene.logIn(flow))).toBe(true);
    });

    if (row.without) {
      const { without } = row;
      test('it would not work without', async () => {
        const flow = await scene.begin(row, without);
        const { twin } = scene;
        const attempt = async (): Promise<boolean> => {
          const first = await scene.logIn(flow);
          return twin.isGood(first) && twin.isGood(await scene.nextToken(flow, first));
        };
        expect(await attempt().catch(() => false)).toBe(false);
      });
    }
  });
}
