import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Change {
  readonly file: string;
  readonly from: string;
}

const dist = join(import.meta.dirname, '../../dist');
const clients = new URL('../../../../scripts/conformance/broken-clients.mjs', import.meta.url);
const { brokenClients } = (await import(clients.href)) as {
  brokenClients: readonly (Change & { readonly breaks: string; readonly also?: Change })[];
};
const changes = brokenClients.flatMap(({ breaks, file, from, also }) =>
  [{ file, from }, ...(also ? [also] : [])].map((change) => ({ ...change, breaks })),
);

test.each(changes)('A client that $breaks can be made of $file', ({ file, from }) => {
  expect(readFileSync(join(dist, file), 'utf8')).toContain(from);
});
