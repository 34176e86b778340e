/** Writes what a run of the faults has found as a part of docs/reliability.md. */
import * as prettier from 'prettier';
import { addUp, isUnharmed } from './counts.mjs';

const heading = '## Faults of servers, networks and storages';

const introduction = `Each fault below befalls each kind of flow over each storage: \`node scripts/reliability/faults.mjs\` writes this part
anew. A round lets the token end, lets the fault befall the first token request (or all of them, "while it lasts", or
the storage), and has two or three callers ask in each of two processes at once: here, two instances that share
nothing but the storage. Then the fault is over and both ask again. The server is the one of
\`@latchkey/core/testing\` on loopback and keeps a ledger; all of its refresh tokens are rotated, and all but those of
"device code, grace" are spent by one use. Client credentials, JWT bearer and token exchange get no refresh token.

Reuses, lost logins and callers that are left have to be zero, and are counted as above; a caller is also left when
there is no token for it after the fault is over. In brackets stands what nobody can prevent under \`strict\` rotation:
the server had rotated, and a fault came before the save. A flow that needs no person then logs in again by itself.
The last row of each table removes the lock; it has to do harm, or the counts above would show nothing.`;

/** The whole part, as Prettier would have it. */
export async function faultsPage({ rounds, seed, flows, tables }) {
  const tablesOfPlaces = tables.map(({ place, rows }) => `### ${place}\n\n${placeTable(flows, rows)}`);
  const text = [
    heading,
    introduction,
    `Seed ${seed}, ${rounds} rounds for each flow.`,
    sums(tables),
    ...tablesOfPlaces,
  ];
  return prettier.format(text.join('\n\n'), { parser: 'markdown', printWidth: 120, proseWrap: 'preserve' });
}

/** Whether all that has to be zero is zero, and the rows without the lock show harm. */
export function isAsExpected({ tables }) {
  return tables.every(({ rows }) =>
    rows.every(({ guarded, cells }) => (guarded ? cells.every(isUnharmed) : !isUnharmed(addUp(cells)))),
  );
}

function sums(tables) {
  const [{ rows }] = tables;
  const lines = rows.map(({ name }, n) => {
    const counts = addUp(tables.flatMap((table) => table.rows[n].cells));
    const { rounds, calls, tokens, requests, left } = counts;
    return row([name, rounds, calls, tokens, requests, reusesOf(counts), lostOf(counts), left]);
  });
  const columns = ['fault', 'rounds', 'calls', 'tokens at once', 'requests', 'reuses', 'lost', 'left'];
  const rule = ['---', ...columns.slice(1).map(() => '--:')];
  return `All storages and flows together:\n\n${[row(columns), row(rule), ...lines].join('\n')}`;
}

function placeTable(flows, rows) {
  const lines = rows.map(({ name, cells }) => row([name, ...cells.map(cellOf)]));
  const head = [row(['requests / reuses / lost / left', ...flows]), row(['---', ...flows.map(() => '--:')])];
  return [...head, ...lines].join('\n');
}

function cellOf(counts) {
  return [counts.requests, reusesOf(counts), lostOf(counts), counts.left].join(' / ');
}

function reusesOf({ reuses, excusedReuses }) {
  return excusedReuses === 0 ? reuses : `${reuses} (${excusedReuses})`;
}

function lostOf({ lost, excusedLogins }) {
  return excusedLogins === 0 ? lost : `${lost} (${excusedLogins})`;
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}
