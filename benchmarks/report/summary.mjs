/** The summary of the page: one line for each row, read from the rows that stand there, measured now or kept. */
import { table } from './table.mjs';

const line = /^- \*\*(met|falls short|left)\*\*: (.*): ([^:]+?) \((?:goal: (at most )?(.*)|.*)\)$/gm;

/** A table of the rows that have goals: the goal that is nearest to its limit, or furthest beyond it, and how many are met. */
export function summary(sections) {
  const rows = sections.flatMap((section) => {
    const [, heading] = /^## (.*)$/m.exec(section);
    const goals = [...section.matchAll(line)].map(goalOf);
    const judged = goals.filter(({ verdict }) => verdict !== 'left');
    if (judged.length === 0) return [];
    const [nearest] = judged.sort((a, b) => b.share - a.share);
    const { what, limit, value } = nearest;
    return [[`[${heading}](#${anchorOf(heading)})`, `${what}: ${limit}`, value, verdictOf(goals)]];
  });
  const short = rows.filter(([, , , verdict]) => verdict.includes('falls short')).length;
  const head = ['row', 'goal that is nearest to its limit, or furthest beyond it', 'measured', 'verdict'];
  const said = `${rows.length - short} of ${rows.length} rows meet all their goals.`;
  return `## Summary\n\n${said} All goals of a row stand at its end.\n\n${table(head, rows, 2)}`;
}

function goalOf([, verdict, what, value, atMost, limit]) {
  const [measured, allowed] = [value, limit ?? ''].map((text) => Number.parseFloat(text.replaceAll(',', '')));
  return {
    verdict,
    what,
    value,
    limit: `${atMost ? '≤ ' : ''}${limit}`,
    share: shareOf(verdict, atMost, measured / allowed),
  };
}

/** How much of its limit a goal takes; a count that is exact takes none, or is furthest beyond it. */
function shareOf(verdict, atMost, share) {
  if (!atMost) return verdict === 'met' ? 0 : Infinity;
  return Number.isNaN(share) ? Infinity : share;
}

function verdictOf(goals) {
  const count = (verdict) => goals.filter((goal) => goal.verdict === verdict).length;
  const [met, short, left] = ['met', 'falls short', 'left'].map(count);
  const told = left === 0 ? '' : `, ${left} left`;
  return short === 0
    ? `met${met > 1 ? ` (${met})` : ''}${told}`
    : `**falls short** (${short} of ${met + short})${told}`;
}

/** As GitHub makes it from a heading. */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}
