/** Draws who says what to whom, from top to bottom. */
import { arrow, picture, rectangle, text, width } from './svg.mjs';

const step = 34;
const top = 52;
const bar = 16;

/**
 * Of lines of text: `lanes a, b`; `a -> b: words` is an arrow, `a: words` a remark; `a holds: words` and `a waits: words`
 * begin a bar on a lane, and `a ends` ends it.
 */
export function drawSequence(source) {
  const [head, ...lines] = source.trim().split('\n');
  const lanes = lanesOf(head);
  const bars = [];
  const said = [];
  let y = top;
  for (const line of lines.map((each) => each.trim())) {
    const [, lane, verb, other, words] = /^([^:]+?)(?: (->|holds|waits|ends)(?: ([^:]+))?)?(?:: (.+))?$/.exec(line);
    const x = lanes.get(lane);
    if (x === undefined) throw new Error(`No lane is called ${lane}: ${line}`);
    if (verb === 'holds' || verb === 'waits') bars.push({ kind: verb, x, y: y + 8, words });
    else if (verb === 'ends') bars.findLast((each) => each.x === x).end = y + 8;
    else {
      y += step;
      said.push(...(verb ? message(x, lanes.get(other), y, words) : remark(x, y, words)));
    }
  }
  const end = y + 18;
  return picture(end + 10, [
    ...[...lanes].map(([, x]) => `<path class="lane" d="M${x} ${top}V${end}"/>`),
    ...[...lanes].flatMap(([name, x]) => title(name, x)),
    ...bars.flatMap(({ kind, x, y: start, end: stop, words }) => [
      rectangle(kind === 'holds' ? 'held' : 'waiting', { x: x - bar / 2, y: start, width: bar, height: stop - start }),
      text(kind === 'holds' ? 'inside' : 'soft', { x: x + 4, y: (start + stop) / 2, rotate: -90 }, words),
    ]),
    ...said,
  ]);
}

function lanesOf(head) {
  const names = head.replace(/^lanes /, '').split(', ');
  const room = width / names.length;
  return new Map(names.map((name, index) => [name, Math.round((index + 0.5) * room)]));
}

function title(name, x) {
  const words = name.split(' ');
  const box = { x: x - 42, y: 10, width: 84, height: 40 };
  return [
    rectangle('box', box),
    ...words.map((word, index) => text('title', { x, y: 34 + (index - (words.length - 1) / 2) * 15 }, word)),
  ];
}

/** The words begin at the left end of the arrow, over it, and may be longer. */
function message(from, to, y, words) {
  const left = Math.min(from, to) + bar / 2;
  const right = Math.max(from, to) - 1;
  const [start, end] = from < to ? [left, right] : [right, left];
  return [arrow({ x: start, y }, { x: end, y }), text('halo', { x: left + 5, y: y - 6, anchor: 'start' }, words)];
}

function remark(x, y, words) {
  return [text('halo', { x: x + bar / 2 + 5, y: y - 6, anchor: 'start' }, words)];
}
