import {
  type AuthFlow,
  AuthorizationCodeFlow,
  ClientCredentialsFlow,
  DeviceCodeFlow,
  JwtBearerFlow,
  MemoryTokenStorage,
  PasswordFlow,
  RefreshTokenFlow,
  TokenExchangeFlow,
  TokenSet,
} from '@latchkey/core';
import { asOtherProcess, TestClock } from '@latchkey/core/testing';
import { type Case, watched } from './case.js';
import type { CaseServer, SeenRequest } from './case-server.js';

const start = Date.UTC(2026, 0, 1);

/** What became of a row. */
export interface Outcome {
  /** Unless it could not be made. */
  readonly flow: AuthFlow | undefined;
  readonly error: unknown;
  readonly result: unknown;
  readonly url: Readonly<Record<string, string>> | undefined;
  readonly record: Readonly<Record<string, unknown>> | null;
  readonly requests: readonly SeenRequest[];
  readonly events: readonly string[];
  readonly seconds: number;
}

/** What every flow is given beside the options of the row; the secrets are recognised in forms. */
const given = {
  'client credentials': {},
  'device code': { promptUser: () => undefined },
  'authorization code': { redirectUri: 'https://app.example/callback' },
  'refresh token': { refreshToken: 'refresh-0' },
  password: { username: 'ada', password: 'open sesame' },
  'jwt bearer': { assertion: 'assertion-0', subject: 'ada' },
  'token exchange': { subjectToken: 'subject-0' },
};

const classes = {
  'client credentials': ClientCredentialsFlow,
  'device code': DeviceCodeFlow,
  'authorization code': AuthorizationCodeFlow,
  'refresh token': RefreshTokenFlow,
  password: PasswordFlow,
  'jwt bearer': JwtBearerFlow,
  'token exchange': TokenExchangeFlow,
};

/** Runs a row through the public flows, against the server. */
export async function runCase(row: Case, server: CaseServer): Promise<Outcome> {
  server.load(row.answers);
  const clock = new TestClock({ start, autoAdvance: true });
  const storage = new MemoryTokenStorage();
  const Flow = classes[row.flow] as unknown as new (options: object) => AuthFlow;
  const options = { clientId: 'app', ...given[row.flow], ...server.filled(row.options), clock, key: 'case' };
  if (row.stored) {
    const importing = new DeviceCodeFlow({ ...options, scope: undefined, storage: asOtherProcess(storage) });
    await importing.importTokens(TokenSet.from(row.stored, start));
  }
  const events: string[] = [];
  let flow: AuthFlow | undefined;
  let url: Outcome['url'];
  let error: unknown;
  let result: unknown;
  try {
    flow = new Flow({ ...options, storage });
    for (const name of watched) flow.events.on(name, () => events.push(name));
    result = await act(flow);
  } catch (failure) {
    error = failure;
  }
  const record = (await storage.load('case'))?.toJSON() ?? null;
  const seconds = (clock.now() - start) / 1000;
  return { flow, error, result, url, record, requests: server.seen, events, seconds };

  async function act(flow: AuthFlow): Promise<unknown> {
    if (row.action === 'logout') return flow.logout();
    if (row.action === 'user info') return flow.fetchUserInfo();
    if (row.action === 'introspection') return flow.introspect();
    if (row.action === 'token') return flow.getAccessTokenRefreshIfNecessary();
    if (flow instanceof DeviceCodeFlow) return (await flow.doFlow()).accessToken;
    if (!(flow instanceof AuthorizationCodeFlow)) throw new Error(`A ${row.flow} flow has no login.`);
    const started = await flow.startAuthorization();
    url = Object.fromEntries(new URL(started.url).searchParams);
    const { state: told, ...callback } = { code: 'code-0', state: '*', ...server.filled(row.callback ?? {}) };
    const state = told === '*' ? started.state.state : told;
    const back = `https://app.example/callback?${new URLSearchParams({ ...callback, state }).toString()}`;
    return (await flow.completeAuthorization(back, started.state)).accessToken;
  }
}
