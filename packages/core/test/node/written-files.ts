import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file into a folder of its own and returns its path. */
export function written(name: string, content: string | Uint8Array): string {
  const path = join(mkdtempSync(join(folder, `${++files}-`)), name);
  writeFileSync(path, content);
  return path;
}

/** The same for JSON. */
export const writtenJson = (content: unknown): string => written('client_secrets.json', JSON.stringify(content));

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not fail.');
}

/** All that a program might print of an error. */
export function allTextOf(error: Error): string {
  const causes = [error, error.cause].map((each) => [String(each), (each as Error | undefined)?.stack]);
  return [...causes.flat(), JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })].join('\n');
}
