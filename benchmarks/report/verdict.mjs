/** Goals of a row, and whether what was measured meets them. */
import { format } from './table.mjs';

/** A goal with a limit from above. `value` undefined: nothing to judge by. */
export function atMost(what, value, limit, unit = '') {
  return { what, value, limit, unit, met: value !== undefined && value <= limit };
}

/** A goal of an exact count. */
export function exactly(what, value, limit, unit = '') {
  return { what, value, limit, unit, met: value === limit, exact: true };
}

/** One line for each goal. */
export function verdictLines(goals) {
  return goals.map(({ what, value, limit, unit, met, exact }) => {
    const allowed = `${exact ? '' : 'at most '}${format(limit)}${unit}`;
    return `- **${met ? 'met' : 'falls short'}**: ${what}: ${format(value)}${unit} (goal: ${allowed})`;
  });
}
