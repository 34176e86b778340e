/** Goals of a row, and whether what was measured meets them. */
import { beforeOf } from '../candidates/list.mjs';
import { noise, ratio } from '../measure/statistics.mjs';
import { format } from './table.mjs';

/** A goal with a limit from above. `value` undefined: nothing to judge by. */
export function atMost(what, value, limit, unit = '') {
  return { what, value, limit, unit, met: value !== undefined && value <= limit };
}

/** A goal of an exact count. */
export function exactly(what, value, limit, unit = '') {
  return { what, value, limit, unit, met: value === limit, exact: true };
}

/**
 * A goal of not being worse than the build before, by more than the spread of a control. `samples` maps names to the values
 * of the rounds; `control` and `reference` are two names of one candidate: what is judged, or what scatters as that does.
 */
export function noWorse(samples, name, { control, reference, what = '' }) {
  const value = ratio(samples.get(name), samples.get(beforeOf(name)));
  const limit = 1 + noise(samples.get(control), samples.get(reference));
  return atMost(`${name} against the build before, within the spread of the control${what}`, value, limit, 'x');
}

/** What is told and not judged, since the `floor` beside it can do no better or the rest is physics. */
export function leftAt(what, value, unit, floor) {
  return { what, value, unit, floor };
}

/** One line for each goal. */
export function verdictLines(goals) {
  return goals.map(({ what, value, limit, unit, met, exact, floor }) => {
    if (floor !== undefined) return `- **left**: ${what}: ${format(value)}${unit} (${floor})`;
    const allowed = `${exact ? '' : 'at most '}${format(limit)}${unit}`;
    return `- **${met ? 'met' : 'falls short'}**: ${what}: ${format(value)}${unit} (goal: ${allowed})`;
  });
}
