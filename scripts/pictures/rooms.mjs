/** The rooms of core, drawn from the rules that are checked: .dependency-cruiser.cjs. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../steps.mjs';
import { drawBoxes } from './boxes.mjs';

const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');

const allowed = new Map(
  forbidden
    .filter(({ name }) => name.startsWith('room-'))
    .map(({ from, to }) => [listIn(from.path)[0], listIn(to.pathNot)])
    .map(([room, [, ...others]]) => [room, others]),
);
const guests = listIn(forbidden.find(({ name }) => name === 'nobody-imports-a-guest').to.path);
const rooms = [...allowed.keys()].filter((room) => !guests.includes(room));
for (const entry of readdirSync(path.join(root, 'packages/core/src'), { withFileTypes: true })) {
  if (!entry.isDirectory() || rooms.includes(entry.name) || guests.includes(entry.name)) continue;
  throw new Error(`The folder ${entry.name} of core is no room: give it a rule in .dependency-cruiser.cjs.`);
}

/** Guests that may import anything stand on top; then the rooms, each over those that it imports, and guests beside. */
export function drawRooms() {
  const above = guests.filter((guest) => !allowed.has(guest));
  const top = { kind: 'guest', row: 0, from: 1, to: 12, lines: [above.join(', '), 'may import any'] };
  const boxes = new Map();
  inRows().forEach((row, index) => {
    const share = 7.8 / row.length;
    row.forEach((room, place) => {
      const columns = { from: 1 + place * share, to: (place + 1) * share };
      boxes.set(room, { row: index + 1, ...columns, lines: [room, ...exceptions(room)] });
    });
  });
  const below = (row) => [...boxes.values()].filter((box) => box.row === row);
  const arrows = [...below(1).map((box) => [top, box])];
  for (const [room, box] of boxes) {
    const next = allowed.get(room).map((other) => boxes.get(other));
    arrows.push(...next.filter(({ row }) => row === box.row + 1).map((other) => [box, other]));
  }
  const visiting = guests
    .filter((guest) => allowed.has(guest))
    .map((guest) => {
      const { row } = boxes.get(highest(guest));
      const lines = [guest, ...exceptions(guest)];
      const box = { kind: 'guest', row, rows: lines.length > 2 ? 2 : undefined, from: 9.3, to: 12, lines };
      arrows.push([box, below(row).at(-1)]);
      return box;
    });
  return drawBoxes([top, ...boxes.values(), ...visiting], arrows);
}

/** What the picture says, for those who do not see it. */
export function roomsInWords() {
  const order = inRows().map((row) => row.join(' and '));
  const limits = rooms.map((room) => [room, ...exceptions(room)].join(' ')).filter((words) => words.includes(' '));
  const visiting = guests.map((guest) => {
    if (!allowed.has(guest)) return `${guest} above all`;
    return [`${guest} beside ${highest(guest)}`, ...exceptions(guest)].join(' ');
  });
  return `Rooms, each importing those below: ${order.join(', ')}; ${limits.join('; ')}. Guests: ${visiting.join('; ')}.`;
}

/** The rooms in rows; those that do not import each other share one. */
function inRows() {
  const depths = new Map();
  for (const room of rooms.toReversed()) {
    depths.set(room, 1 + Math.max(0, ...allowed.get(room).map((other) => depths.get(other))));
  }
  const deepest = Math.max(...depths.values());
  return Array.from({ length: deepest }, (_, row) => rooms.filter((room) => depths.get(room) === deepest - row));
}

function highest(room) {
  return rooms.find((other) => allowed.get(room).includes(other));
}

/** What stands below the highest that a room imports, and is closed to it; or, where that is shorter, what is open. */
function exceptions(room) {
  const imported = allowed.get(room);
  if (imported.length === 0) return [];
  const closed = rooms.slice(rooms.indexOf(highest(room))).filter((other) => !imported.includes(other));
  if (closed.length === 0) return [];
  const [word, names] = closed.length > imported.length ? ['only', imported] : ['not', closed];
  return wrapped(`${word} ${names.join(', ')}`);
}

function wrapped(words) {
  const lines = words.match(/.{1,15}(?:,|$)/g) ?? [words];
  return lines.map((line) => line.trim());
}

function listIn(pattern) {
  return pattern.match(/src\/\(?([a-z|]+)/)[1].split('|');
}
