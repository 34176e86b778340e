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

/** The row, with other answers of its last endpoint: an outage in place of tokens, tokens in place of an error. */
function answeredOtherwise(row: Case): Case {
  const path = row.requests.at(-1)?.to ?? '/token';
  const other = row.error ? { json: { access_token: 'another', token_type: 'bearer' } } : { status: 503 };
  const others = row.answers.filter(({ to }) => to !== path);
  return { ...row, answers: [...others, { to: path, ...other }] };
}

describe.each(tables)('the table of %s', (_subject, rows) => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const { got, expected } = await judged(row);
    expect(got).toEqual(expected);
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
      expect([row.name, row.error === undefined || row.error['code'] !== undefined || row.error.class === 'TypeError']).toEqual([row.name, true]);
    }
    expect(new Set(all.map(({ name, flow }) => `${flow}: ${name}`)).size).toBe(all.length);
  });

  test('have no row that cannot fail: with another answer, or one request more, each does', async () => {
    const blind: string[] = [];
    for (const row of all) {
      const { got, expected } = await judged(row.requests.length > 0 ? answeredOtherwise(row) : row);
      if (row.requests.length > 0 && equal(got, expected)) blind.push(row.name);
      const { expected: more } = judge({ ...row, requests: [...row.requests, { to: '/more' }] }, await runCase(row, server), server);
      if (equal((await judged(row)).got, more)) blind.push(`${row.name}, requests`);
    }
    expect(blind).toEqual([]);
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
