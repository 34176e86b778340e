/** Draws boxes in rows, and arrows between them. */
import { arrow, picture, rectangle, text, width } from './svg.mjs';

const columns = 12;
const margin = 12;
const gap = 22;
const lineHeight = 15;
const padding = 9;

/**
 * Boxes have `row` (the first is 0), `from` and `to` of twelve columns, and `lines`, of which the first is their name;
 * `rows` for those as high as several rows. `kind` is `box`, `guest` (a dashed line), or `frame` (around others, with its
 * name at the top). Arrows are pairs of boxes.
 */
export function drawBoxes(boxes, arrows) {
  const rows = rowsOf(boxes);
  const places = new Map(boxes.map((box) => [box, placeOf(box, rows)]));
  const last = rows.at(-1);
  return picture(last.y + last.height + margin, [
    ...boxes.flatMap((box) => [rectangle(box.kind ?? 'box', places.get(box)), ...words(box, places.get(box))]),
    ...arrows.map(([from, to]) => between(places.get(from), places.get(to))),
  ]);
}

/** Says where each row begins, and how high it is; a row under a frame's top edge leaves room for its name. */
function rowsOf(boxes) {
  const plain = boxes.filter(({ kind }) => kind !== 'frame');
  const rows = [];
  let y = margin;
  for (let row = 0; row <= Math.max(...plain.map((box) => box.row)); row++) {
    const inRow = plain.filter((box) => box.row === row && box.rows === undefined);
    const height = Math.max(...inRow.map(({ lines }) => lines.length)) * lineHeight + 2 * padding;
    if (boxes.some((box) => box.kind === 'frame' && box.row === row)) y += 1.5 * lineHeight;
    rows.push({ y, height });
    y += height + gap;
  }
  return rows;
}

function placeOf({ row, rows: span = 1, from, to, kind }, rows) {
  const unit = (width - 2 * margin) / columns;
  const last = rows[row + span - 1];
  const inner = { x: margin + (from - 1) * unit + 4, y: rows[row].y, width: (to - from + 1) * unit - 8 };
  const height = last.y + last.height - inner.y;
  if (kind !== 'frame') return { ...inner, height };
  return { x: inner.x - 6, y: inner.y - 1.5 * lineHeight, width: inner.width + 12, height: height + 2 * lineHeight };
}

function words({ lines, kind }, { x, y, width, height }) {
  if (kind === 'frame') return [text('soft', { x: x + 8, y: y + lineHeight, anchor: 'start' }, lines[0])];
  const top = y + (height - lines.length * lineHeight) / 2 + 11.5;
  return lines.map((line, index) =>
    text(index === 0 ? 'title' : 'soft', { x: x + width / 2, y: top + index * lineHeight }, line),
  );
}

/** An arrow within a row is level; another one goes down, in the middle of what the two share. */
function between(from, to) {
  if (to.y < from.y + from.height && from.y < to.y + to.height) {
    const y = Math.min(from.y + from.height, to.y + to.height, Math.max(from.y, to.y) + to.height) - to.height / 2;
    const [start, end] = from.x > to.x ? [from.x, to.x + to.width] : [from.x + from.width, to.x];
    return arrow({ x: start, y }, { x: end, y });
  }
  const x = (Math.max(from.x, to.x) + Math.min(from.x + from.width, to.x + to.width)) / 2;
  return arrow({ x, y: from.y + from.height }, { x, y: to.y });
}
