import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actions, type Case, flows, readTables } from './case.js';
import { CaseServer } from './case-server.js';
import { judge, type Judged } from './judge-case.js';
import { runCase } from './run-case.js';

const tables = readTables();
const all = tables.flatMap(([, rows]) => rows);
let server: CaseServer;

beforeAll(async () => {
  server = await CaseServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

async function judged(row: Case): Promise<Judged> {
  return judge(row, await runCase(row, server), server);
}

/** All that the last request of a row could be answered with by a server that is well, and the answer of one that is not. */
const others = [
  {
    json: {
      ...{ access_token: 'another', token_type: 'bearer', sub: 'another', active: true },
      ...{ device_code: 'another', user_code: 'ANOTHER', verification_uri: 'https://login.example/' },
      ...{ issuer: '$server', token_endpoint: '$server/another' },
    },
  },
  { status: 503 },
];

/** The row, with another answer to its last request. */
function answeredOtherwise(row: Case, other: object): Case {
  const path = row.requests.at(-1)?.to ?? '/token';
  return { ...row, answers: [...row.answers.filter(({ to }) => to !== path), { to: path, ...other }] };
}

describe.each(tables)('the table of %s', (_subject, rows) => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const { got, expected } = await judged(row);
    expect(got).toEqual(expected);
  });

  test.each(rows.map((row) => [row.name, row] as const))('can tell when it is not so: %s', async (_name, row) => {
    const { got, expected } = await judged(row);
    expect(equal(got, { ...expected, requests: [...expected.requests, { to: '/more' }] })).toBe(false);
    if (row.requests.length === 0) return;
    const judgements = [];
    for (const other of others) judgements.push(await judged(answeredOtherwise(row, other)));
    expect(judgements.some((each) => !equal(each.got, each.expected))).toBe(true);
  });
});

describe('the tables', () => {
  test('hold 150 rows and more, each with its source and something that it expects', () => {
    expect(all.length).toBeGreaterThanOrEqual(150);
    for (const row of all) {
      expect(row).toMatchObject({ name: expect.any(String), source: expect.stringMatching(/\w{3}/) });
      expect(flows).toContain(row.flow);
      expect(actions).toContain(row.action);
      const expectations = [row.tokens, row.error, row.result, row.record].filter((each) => each !== undefined);
      expect([row.name, expectations.length > 0]).toEqual([row.name, true]);
      expect([
        row.name,
        row.error === undefined || row.error['code'] !== undefined || row.error.class === 'TypeError',
      ]).toEqual([row.name, true]);
    }
    for (const [, rows] of tables) expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });
});

function equal(got: unknown, expected: unknown): boolean {
  try {
    expect(got).toEqual(expected);
    return true;
  } catch {
    return false;
  }
}
