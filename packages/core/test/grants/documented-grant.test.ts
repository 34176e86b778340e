import { describe, expect, test } from '@jest/globals';
import {
  MemoryTokenStorage,
  programRecordLifetime,
  type StoredAuthFlow,
  type StoredAuthFlowOptions,
} from '@latchkey/core';
import {
  asOtherProcess,
  describeAuthFlow,
  FakeAuthorizationServer,
  type FlowContext,
  TestClock,
} from '@latchkey/core/testing';
import { blockWith, importBlock } from '../scenes/documented-block.js';

interface Options extends StoredAuthFlowOptions {
  readonly ticket: (signal: AbortSignal) => Promise<string>;
}

const { TicketFlow } = await importBlock<{ TicketFlow: new (options: Options) => StoredAuthFlow }>(
  blockWith('export class TicketFlow', 'docs/subclassing.md'),
);
const { teachTickets } = await importBlock<{ teachTickets: (context: Pick<FlowContext, 'server'>) => void }>(
  blockWith('export function teachTickets', 'docs/subclassing.md'),
);
const ticket = async (): Promise<string> => 'ticket-of-ada';

describeAuthFlow(
  'The flow of a new grant in docs/subclassing.md',
  { describe, test },
  {
    needsPerson: false,
    async create({ server, clock }) {
      teachTickets({ server });
      const storage = new MemoryTokenStorage();
      return {
        flow: () =>
          new TicketFlow({
            ...{ issuer: server.issuer, clientId: 'app', account: 'ada', clock, ticket },
            storage: asOtherProcess(storage),
          }),
        logIn: (flow) => flow.getAccessTokenRefreshIfNecessary(),
        dispose: async () => undefined,
      };
    },
  },
);

describe('The flow of a new grant in docs/subclassing.md', () => {
  test('is told by a server that was not taught its grant how to teach it', async () => {
    await using server = await FakeAuthorizationServer.start();
    const flow = new TicketFlow({ issuer: server.issuer, clientId: 'app', account: 'ada', ticket });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      error: 'unsupported_grant_type',
      errorDescription: expect.stringContaining('Teach it by server.configure({ grants:'),
    });
  });

  test('says whose tokens these are, since a ticket that comes later does not', () => {
    const options = { issuer: 'https://login.example.org', clientId: 'app', ticket };
    expect(() => new TicketFlow(options)).toThrow(/account/);
    expect(new TicketFlow({ ...options, account: 'ada' }).key).toContain('account=ada');
  });

  test('gives the present token, and tells, while there is no ticket', async () => {
    const clock = new TestClock({ autoAdvance: true });
    await using server = await FakeAuthorizationServer.start({ clock, givesRefreshToken: () => false });
    teachTickets({ server });
    const storage = new MemoryTokenStorage();
    const options = { issuer: server.issuer, clientId: 'app', account: 'ada', clock, storage };
    const token = await new TicketFlow({ ...options, ticket }).getAccessTokenRefreshIfNecessary();
    await clock.advance(3_570_000);
    const down = new TicketFlow({ ...options, ticket: () => Promise.reject(new Error('down')) });
    const failures: unknown[] = [];
    down.events.on('renewalFailed', ({ error }) => failures.push(error.code));
    expect(await down.getAccessTokenRefreshIfNecessary()).toBe(token);
    expect(failures).toEqual(['TOKEN_ENDPOINT_UNAVAILABLE']);
  });
});

test('The login of a person in docs/flows.md is forgotten by no storage', async () => {
  await using server = await FakeAuthorizationServer.start();
  server.configure({
    grants: { 'urn:example:magic-link': ({ link }) => (link === 'from the mail' ? 'ada' : undefined) },
  });
  const { MagicLinkFlow } = await importBlock<{
    MagicLinkFlow: new (options: StoredAuthFlowOptions) => StoredAuthFlow;
  }>(blockWith('export class MagicLinkFlow', 'docs/flows.md'));
  const storage = new MemoryTokenStorage();
  const flow = new MagicLinkFlow({ issuer: server.issuer, clientId: 'app', storage });
  await flow.getAccessTokenRefreshIfNecessary();
  const tokens = await storage.load(flow.key);
  expect(tokens?.refreshToken).toMatch(/^rt_/);
  expect(tokens && programRecordLifetime(tokens, Date.now())).toBeUndefined();
});
