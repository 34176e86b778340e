/** Writes what a run has found as a part of docs/reliability.md. */
import * as prettier from 'prettier';
import { isUnharmed, sumOf, valuesOf } from './sums.mjs';

const heading = '## Logins after an outage';

const introduction = `A login that the server still honours when an outage is over is usable when it is over. Here that is counted:
\`node scripts/reliability/logins.mjs\` writes this part anew. An outage lasts for one call, two calls, a minute with a call a
second, or an hour with one in 30 s (of a hundred accounts one in 6 and in 180 s), by the clock, which is moved; it is met by one
caller, a flow with \`keepFresh()\`, one with \`renewAhead\`, or a hundred accounts at once, at servers that accept a used refresh
token for 0, 10 and 60 s. What hangs costs the 20 s of the option \`timeout\`. Where no request is sent, sockets are real, but for
names, descriptors and routes: those errors are given to undici.

- **honoured**: when the pause that is in force at the outage's end is over, the ledger of the server would take the refresh
  token that is held then
- **usable**: the first call then brings a token, by that refresh token
- **asked**: a person was prompted, or a password sent, because of the outage
- **pauses**: cells in which a pause is longer than the outage has lasted and one second, or than the server asks
- **reuses**: a used refresh token was presented although its successor had been saved

Honoured and usable have to be equal, the last three zero. A login is honoured no more where the server had replaced the token, its
answer was lost, and it accepts the old one no longer: nobody can prevent that. A hundred accounts meet outages in which the
server does nothing at one of the three servers only.`;

/** The whole part, as Prettier would have it. */
export async function loginsPage({ seed, whole, pairs, withoutRule }) {
  const text = [
    heading,
    introduction,
    `Seed ${seed}. By outage:`,
    sumsTable('outage', whole, ({ outage }) => outage),
    'By storage and flow: two of each with everything, the rest so that each two of storage, flow, server, outage, callers and length meet, where they can.',
    sumsTable('storage, flow', [...whole, ...pairs], ({ storage, grant }) => `${storage}, ${grant}`),
    'Honoured and usable, of all logins, by outage, length, callers and seconds for which the server accepts a used token:',
    pivot(whole),
    'The guard removed: a flow that holds a login for ended after two presentations without an answer. The columns differ, and it asks for logins.',
    sumsTable('outage', withoutRule, ({ outage, length }) => `${outage}, ${length}`),
  ];
  return prettier.format(text.join('\n\n'), { parser: 'markdown', printWidth: 120, proseWrap: 'preserve' });
}

/** Whether no cell shows harm, and those without the rule do. */
export function isAsExpected({ whole, pairs, withoutRule }) {
  return [...whole, ...pairs].every(isUnharmed) && sumOf(withoutRule).honoured > sumOf(withoutRule).usable;
}

function sumsTable(title, cells, nameOf) {
  const groups = {};
  for (const cell of cells) (groups[nameOf(cell)] ??= []).push(cell);
  const lines = Object.entries({ ...groups, total: cells }).map(([name, group]) => {
    const { logins, honoured, usable, asked, longPauses, reuses, requests } = sumOf(group);
    return [name, logins, honoured, usable, asked, longPauses, reuses, requests];
  });
  return table([title, 'logins', 'honoured', 'usable', 'asked', 'pauses', 'reuses', 'requests'], lines);
}

function pivot(cells) {
  const columns = valuesOf(cells, 'callers').flatMap((callers) =>
    [0, 10, 60].map((grace) => ({ callers, grace, name: `${callers}, ${grace} s` })),
  );
  const rows = valuesOf(cells, 'outage').flatMap((outage) =>
    valuesOf(cells, 'length').map((length) => ({
      outage,
      length,
      found: cells.filter((cell) => cell.outage === outage && cell.length === length),
    })),
  );
  const lines = rows
    .filter(({ found }) => found.length > 0)
    .map(({ outage, length, found }) => [
      `${outage}, ${length}`,
      ...columns.map(({ callers, grace }) =>
        cellOf(found.filter((cell) => cell.callers === callers && cell.grace === grace)),
      ),
    ]);
  return table(['honoured / usable of logins', ...columns.map(({ name }) => name)], lines);
}

function cellOf(cells) {
  if (cells.length === 0) return '';
  const { honoured, usable, logins } = sumOf(cells);
  return `${honoured} / ${usable} of ${logins}`;
}

function table(head, lines) {
  const rule = head.map((_name, n) => (n === 0 ? '---' : '--:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
