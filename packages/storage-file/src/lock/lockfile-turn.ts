import { closeSync, constants, fstatSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { openExisting } from '../file/private-file.js';
import { pidSpace, startOf } from '../file/process-identity.js';
import { quietly } from '../file/quietly.js';
import { codeOf, isGoneMeanwhile } from '../file/storage-fault.js';
import { uniqueName } from '../file/unique-name.js';

/** How often a holder touches its lock file, and after how long without that it counts as dead, in ms. */
export const heartbeat = { every: 1000, staleAfter: 10_000 };

/** Whose turn it is. */
export interface TurnOwner {
  readonly pid: number;
  readonly host: string;
  readonly start?: string | undefined;
  /** Names this one possession. */
  readonly nonce: string;
}

/** What a look at the file of a turn found. */
export interface FoundTurn {
  /** `undefined` when it is just being written, or was cut short. */
  readonly owner: TurnOwner | undefined;
  readonly isFree: boolean;
  /** Its content, which changes with each heartbeat. */
  readonly text: string;
  /** When it was last written, in ms, by the file system's clock. */
  readonly touched: number;
}

const pattern = /^(held|free) +\d+ (\{.*\})\n$/s;

export function thisOwner(): TurnOwner {
  const { pid } = process;
  return { pid, host: pidSpace(), start: startOf(pid), nonce: uniqueName() };
}

/** The content of a turn that is held: of one length, so that writing it anew moves nothing. */
export function formatHeld(owner: TurnOwner, beat: number): string {
  return `held ${String(beat).padStart(10)} ${JSON.stringify(owner)}\n`;
}

/** Written over the start of {@link formatHeld}, this ends the turn. */
export const freed = 'free';

/**
 * The turns of a lock are numbered files in a folder: the highest number has it, and the next one is made once that is
 * free or abandoned, by one of all who try. Nobody removes a turn but whoever has a higher one, so a process that slept
 * between a look and a step of its own can harm nobody.
 */
export function lastTurn(folder: string): number {
  return Math.max(0, ...turnsIn(folder));
}

export function turnFile(folder: string, turn: number): string {
  return join(folder, String(turn));
}

/**
 * Tells whether no turn is higher, and then removes those below: upwards and only as far as each can be removed, so that
 * none is left behind a gap.
 */
export function isLastTurn(folder: string, turn: number): boolean {
  const turns = turnsIn(folder).sort((one, other) => one - other);
  if (turns.pop() !== turn) return false;
  turns.every((older) => isRemoved(turnFile(folder, older)));
  return true;
}

/** Reads the file of a turn; `undefined` when there is none. */
export function readTurn(path: string): FoundTurn | undefined {
  const fd = openExisting(path, constants.O_RDONLY);
  if (fd === undefined) return undefined;
  try {
    const text = readFileSync(fd, 'latin1');
    const [, state, json = ''] = pattern.exec(text) ?? [];
    return { owner: parseOwner(json), isFree: state === freed, text, touched: fstatSync(fd).mtimeMs };
  } catch (error) {
    if (isGoneMeanwhile(error)) return undefined;
    throw error;
  } finally {
    quietly(() => closeSync(fd));
  }
}

function isRemoved(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

function turnsIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[1-9]\d{0,14}$/.test(name))
      .map(Number);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function parseOwner(json: string): TurnOwner | undefined {
  try {
    const { pid, host, start, nonce } = JSON.parse(json) as Partial<Record<keyof TurnOwner, unknown>>;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof nonce !== 'string') return undefined;
    if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
    return { pid, host, nonce, start: typeof start === 'string' ? start : undefined };
  } catch {
    return undefined;
  }
}
