/** Texts that are made by a program but kept in the repository, so that a change of them is part of its review. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

/** Compares each text with its file, or writes it; says what differs and returns whether nothing does. */
export function reviewed(texts, subject, write) {
  let same = true;
  for (const { path: file, text } of texts) {
    const absolute = path.join(root, file);
    if (write) {
      mkdirSync(path.dirname(absolute), { recursive: true });
      writeFileSync(absolute, text);
      continue;
    }
    const kept = read(absolute);
    if (kept === text) continue;
    same = false;
    console.error(`${file}\n${difference(kept, text)}`);
  }
  if (!same) console.error(`${subject} changed. If that is meant: npm run api, and commit the result.`);
  return same;
}

/** Shows lines that only one of two texts has; good enough to see what happened. */
function difference(before, after) {
  const only = (text, other, mark) => {
    const known = new Set(other.split('\n'));
    return text
      .split('\n')
      .filter((line) => !known.has(line))
      .map((line) => `${mark} ${line}`);
  };
  return [...only(before, after, '-'), ...only(after, before, '+')].join('\n');
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
