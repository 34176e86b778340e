/**
 * Draws docs/pictures from texts and rules, as SVG: `--write` writes them; without it, a picture that differs is an error.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { drawRooms, roomsInWords } from './pictures/rooms.mjs';
import { drawTransaction } from './pictures/transaction.mjs';
import { drawWaiting } from './pictures/waiting.mjs';
import { reviewed } from './reviewed.mjs';
import { root } from './steps.mjs';

const pictures = Object.entries({ rooms: drawRooms(), transaction: drawTransaction(), waiting: drawWaiting() });
const files = pictures.map(([name, text]) => ({ path: `docs/pictures/${name}.svg`, text }));
const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8').replace(/\s+/g, ' ');
const image = `![${roomsInWords()}](pictures/rooms.svg)`;
if (!page.includes(image)) throw new Error(`docs/architecture.md must show its picture with these words: ${image}`);
process.exitCode = reviewed(files, 'A picture', process.argv.includes('--write')) ? 0 : 1;
