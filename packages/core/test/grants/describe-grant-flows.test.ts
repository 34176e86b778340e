import { describe, test } from '@jest/globals';
import {
  type AuthFlow,
  AuthorizationCodeFlow,
  AuthorizationCodeFlowSimple,
  JwtBearerFlow,
  JwtBearerFlowSimple,
  MemoryTokenStorage,
  PasswordFlow,
  PasswordFlowSimple,
  RefreshTokenFlow,
  RefreshTokenFlowSimple,
  type StoredAuthFlowOptions,
  TokenExchangeFlow,
  TokenExchangeFlowSimple,
  type TokenStorage,
} from '@latchkey/core';
import { asOtherProcess, type AuthFlowFixture, describeAuthFlow, type FlowContext } from '@latchkey/core/testing';
import { follow } from '../scenes/follow.js';

type Options = StoredAuthFlowOptions & { readonly storage: TokenStorage };

/** A fixture of flows over one storage in memory; `prepare` runs once for each place. */
function overMemory<F extends AuthFlow, P>(
  prepare: (context: FlowContext) => Promise<P> | P,
  make: (options: Options, prepared: P) => F,
  logIn: (flow: F) => Promise<unknown> = (flow) => flow.getAccessTokenRefreshIfNecessary(),
): AuthFlowFixture<F>['create'] {
  return async (context) => {
    const storage = new MemoryTokenStorage();
    const prepared = await prepare(context);
    const base = {
      issuer: context.server.issuer,
      clientId: 'app',
      scope: 'openid offline_access',
      clock: context.clock,
    };
    return {
      flow: () => make({ ...base, storage: asOtherProcess(storage) }, prepared),
      logIn,
      dispose: async () => undefined,
    };
  };
}

const nothing = (): undefined => undefined;

for (const Flow of [AuthorizationCodeFlow, AuthorizationCodeFlowSimple]) {
  const create = overMemory(
    nothing,
    (options) => new Flow({ ...options, redirect: (start) => start('http://127.0.0.1/cb').then(follow) }),
    (flow) => flow.doFlow(),
  );
  describeAuthFlow(Flow.name, { describe, test }, { create });
}

for (const Flow of [PasswordFlow, PasswordFlowSimple]) {
  const create = overMemory(nothing, (options) => new Flow({ ...options, username: 'ada', password: 'pass-word-1' }));
  describeAuthFlow(Flow.name, { describe, test }, { create, needsPerson: false });
}

for (const Flow of [JwtBearerFlow, JwtBearerFlowSimple]) {
  const assertion = `e30.${btoa(JSON.stringify({ sub: 'ada' }))}.c2ln`;
  const create = overMemory(nothing, (options) => new Flow({ ...options, assertion }));
  describeAuthFlow(Flow.name, { describe, test }, { create, needsPerson: false });
}

for (const Flow of [TokenExchangeFlow, TokenExchangeFlowSimple]) {
  const create = overMemory(nothing, (options) => new Flow({ ...options, subjectToken: 'subject-token-1' }));
  describeAuthFlow(Flow.name, { describe, test }, { create, needsPerson: false });
}

for (const Flow of [RefreshTokenFlow, RefreshTokenFlowSimple]) {
  const create = overMemory(
    async ({ server }) => {
      const body = new URLSearchParams({ grant_type: 'password', username: 'ada', password: 'pw', client_id: 'app' });
      const answer = await fetch(server.tokenEndpoint, { method: 'POST', body });
      server.ledger.clear();
      return ((await answer.json()) as { refresh_token: string }).refresh_token;
    },
    (options, refreshToken) => new Flow({ ...options, refreshToken }),
  );
  // What a logout ends includes the token that it starts from: refresh-token-flow.test.ts has that case.
  describeAuthFlow(Flow.name, { describe, test }, { create, needsPerson: false, logsOut: false });
}
