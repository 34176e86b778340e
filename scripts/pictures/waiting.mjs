/** Who waits for whom, between a call and the server. */
import { drawBoxes } from './boxes.mjs';

export function drawWaiting() {
  const here = { kind: 'frame', row: 0, rows: 3, from: 1, to: 7.9, lines: ['a process'] };
  const there = { kind: 'frame', row: 0, rows: 3, from: 9.1, to: 12, lines: ['another process'] };
  const others = { row: 1, from: 1, to: 3, lines: ['other', 'credentials'] };
  const calls = [4, 5.63, 7.27].map((from) => ({ row: 0, from, to: from + 0.63, lines: ['call'] }));
  const run = { row: 1, from: 4, to: 7.9, lines: ['one run', 'calls wait for its result'] };
  const line = { row: 2, from: 1, to: 7.9, lines: ['places in line', '32 at a time at one server'] };
  const callsThere = { row: 0, from: 9.1, to: 12, lines: ['calls'] };
  const runThere = { row: 1, from: 9.1, to: 12, lines: ['one run', 'of the same'] };
  const lineThere = { row: 2, from: 9.1, to: 12, lines: ['places in line'] };
  const locks = { row: 3, from: 1, to: 3, lines: ['own locks'] };
  const lock = {
    row: 3,
    from: 4,
    to: 12,
    lines: ['the lock of the credential', 'one run at a time; the others look', 'in storage at each release'],
  };
  const server = { row: 4, from: 1, to: 12, lines: ['the server', 'one request at a time for each credential'] };
  return drawBoxes(
    [here, there, ...calls, others, run, line, callsThere, runThere, lineThere, locks, lock, server],
    [
      ...calls.map((call) => [call, run]),
      [others, line],
      [run, line],
      [callsThere, runThere],
      [runThere, lineThere],
      [line, locks],
      [line, lock],
      [lineThere, lock],
      [locks, server],
      [lock, server],
    ],
  );
}
