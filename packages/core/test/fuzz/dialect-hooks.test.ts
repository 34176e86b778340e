import { describe, test } from '@jest/globals';
import {
  AuthFlowError,
  DeviceCodeFlow,
  MemoryTokenStorage,
  type ServerDialect,
  type TokenAnswer,
} from '@latchkey/core';
import { asOtherProcess, TestClock } from '@latchkey/core/testing';
import fc from 'fast-check';
import { expectKinds, fuzz, patience } from './fuzz.js';
import { OwnWordsServer, styles, type Style } from './own-words-server.js';

type Body = Record<string, unknown>;

/** How a hook `answer` can be wrong. It is given what a right one would return. */
const mistakes = {
  none: (right) => right,
  throws: () => {
    throw new Error('oh');
  },
  'throws no error': () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw undefined;
  },
  'returns nothing': () => undefined,
  'returns a number': () => 5,
  'returns a promise': async () => Promise.reject(new Error('late')),
  'returns a list': (right) => ({ ...right, body: [right.body] }),
  'returns no body': ({ status }) => ({ status }),
  'returns an empty body': (right) => ({ ...right, body: {} }),
  'returns no status': ({ body }) => ({ body }),
  'returns an odd status': (right) => ({ ...right, status: 42 }),
  'says outage': (right) => ({ ...right, status: 503 }),
  'says refused': () => ({ status: 400, body: { error: 'invalid_grant' } }),
  'says refused, nested': (right) => ({ ...right, body: { error: { code: 'invalid_grant' } } }),
  'drops the refresh token': ({ status, body: { refresh_token: _, ...body } }) => ({ status, body }),
  'drops the access token': ({ status, body: { access_token: _, ...body } }) => ({ status, body }),
  'garbles the refresh token': garbling('refresh_token'),
  'garbles the access token': garbling('access_token'),
  'swaps the tokens': ({ status, body: { access_token, refresh_token, ...body } }) => ({
    status,
    body: { ...body, access_token: refresh_token, refresh_token: access_token },
  }),
  'makes no JSON of it': (right) => ({ ...right, body: { ...right.body, big: 5n } }),
} satisfies Record<string, (right: { status: number; body: Body }) => unknown>;

function garbling(name: string) {
  return ({ status, body }: { status: number; body: Body }) => {
    const token = body[name];
    return { status, body: { ...body, [name]: typeof token === 'string' ? `not-${token.slice(3)}` : token } };
  };
}

type Mistake = keyof typeof mistakes;
const names = Object.keys(mistakes) as Mistake[];

const right = (style: Style) => (answer: TokenAnswer) => ({
  status: answer.status,
  body: styles[style].read(answer.body),
});

function dialectOf(style: Style, mistake: Mistake, requests: 'right' | 'throws' | 'garbles'): ServerDialect {
  return {
    answer: ((answer: TokenAnswer) =>
      mistakes[answer.purpose === 'device_authorization' ? 'none' : mistake](right(style)(answer))) as never,
    request: ((request: unknown) => {
      if (requests === 'throws') throw new Error('oh');
      return requests === 'garbles' ? { fields: 5 } : request;
    }) as never,
  };
}

interface Case {
  readonly style: Style;
  readonly logsIn: boolean;
  readonly programs: readonly { mistake: Mistake; requests: 'right' | 'throws' | 'garbles'; pause: number }[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  style: fc.constantFrom(...(Object.keys(styles) as Style[])),
  logsIn: fc.boolean(),
  programs: fc.array(
    fc.record({
      mistake: fc.constantFrom(...names),
      requests: fc.constantFrom('right', 'right', 'right', 'throws', 'garbles'),
      pause: fc.constantFrom(1, 30_000, 4_000_000),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

async function outcomeOf({ style, logsIn, programs }: Case): Promise<string> {
  const clock = new TestClock({ autoAdvance: true });
  const server = new OwnWordsServer(style);
  const memory = new MemoryTokenStorage();
  const program = (dialect: ServerDialect): DeviceCodeFlow =>
    new DeviceCodeFlow({
      ...{ server: server.endpoints, clientId: 'cli', key: 'credential', clock, dialect, fetch: server.fetch },
      storage: asOtherProcess(memory),
      promptUser: () => undefined,
    });
  const mended = (): DeviceCodeFlow => program(dialectOf(style, 'none', 'right'));
  if (logsIn)
    await program(dialectOf(style, programs[0]?.mistake ?? 'none', 'right'))
      .doFlow()
      .catch(ours);
  else await mended().importTokens({ refresh_token: server.start() });
  for (const { mistake, requests, pause } of programs) {
    await clock.advance(pause);
    await program(dialectOf(style, mistake, requests))
      .getAccessTokenRefreshIfNecessary()
      .catch(ours);
  }
  if (server.wasReused()) throw new Error(`A used token was presented: the login is lost.`);
  await clock.advance(100_000);
  const flow = mended();
  await flow.refresh();
  await flow.refresh();
  if (server.wasReused() || !server.knows(flow.accessToken)) throw new Error('The token is none of the server’s.');
  return programs[0]?.mistake ?? 'none';
}

/** A hook's mistake in a request is the caller's; all else comes as an error of Latchkey. */
function ours(error: unknown): void {
  if (!(error instanceof AuthFlowError) && !(error instanceof TypeError)) throw error;
}

describe('hooks that throw or garble', () => {
  test(
    'lose no token of a server that takes the second use of one for theft',
    async () => {
      expectKinds(await fuzz('hooks of a dialect', cases, outcomeOf, { share: 1 / 20 }), names);
    },
    patience,
  );
});
