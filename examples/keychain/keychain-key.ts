import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type EncryptionKey, StorageUnavailableError } from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';
import type { Answer, Question } from './ask-keychain.js';

export interface KeychainKeyOptions {
  /** The program, and which of its keys: by these two the keychain finds it. */
  readonly service: string;
  readonly account: string;
  /** A file of the program's own, which notes where the key is, so that a key that is lost is not taken for one never made. */
  readonly file: string;
  /** What to do when the key is made and there is no keychain: `fail`, or `file`: keep the key in `file`, 0600. */
  readonly whenMissing: 'fail' | 'file';
  /** How long to wait for the keychain, in seconds, 30 by default: somebody may have to unlock it. */
  readonly timeout?: number;
}

interface Note {
  readonly key: 'keychain' | 'file';
  readonly secret?: string;
}

/**
 * The key for `encryption`, from the keychain of the system. The first call makes it; of processes that come at once, one does.
 *
 * @throws StorageUnavailableError: `KEYCHAIN_MISSING`, `KEYCHAIN_UNAVAILABLE` (locked, broken or silent), `KEYCHAIN_KEY_LOST`.
 * Nothing has been changed then, but perhaps the keychain, whose key the next call keeps. TypeError: another `whenMissing`, or no such `timeout`.
 */
export async function keychainKey(options: KeychainKeyOptions): Promise<EncryptionKey[]> {
  const { service, account, file, whenMissing, timeout = 30 } = options;
  if (!['fail', 'file'].includes(whenMissing)) throw new TypeError('whenMissing must be "fail" or "file".');
  if (!(timeout > 0 && timeout <= 3600)) throw new TypeError('timeout must be in seconds, above 0 and up to 3600.');
  const find = async (): Promise<string | undefined> => {
    const note = readNote(file);
    return note?.key === 'keychain' ? foundAgain(await ask(options), options) : note?.secret;
  };
  const waiting = { signal: new AbortController().signal, timeout: timeout + 10 };
  const secret =
    (await find()) ?? (await fileLock(file).withLock('key', async () => (await find()) ?? make(options), waiting));
  return [{ id: `${service} ${account}`, secret }];
}

async function make(options: KeychainKeyOptions): Promise<string> {
  const { service, file, whenMissing } = options;
  const fresh = randomBytes(32).toString('base64');
  const { secret, refusal } = await ask(options, fresh); // one that is there already is kept
  if (secret) {
    writeNote(file, { key: 'keychain' });
    return secret;
  }
  const message = `There is no keychain that could hold the key of ${service} (${refusal}).`;
  if (whenMissing === 'fail') {
    const remedy =
      'Start it in a desktop session, or one with gnome-keyring, KWallet or KeePassXC; or use whenMissing: "file".';
    throw new StorageUnavailableError({ code: 'KEYCHAIN_MISSING', message, remedy });
  }
  writeNote(file, { key: 'file', secret: fresh });
  process.emitWarning(`${message} So it is kept in ${file}: whoever can read that can read the tokens.`, {
    code: 'KEYCHAIN_MISSING',
  });
  return fresh;
}

function foundAgain({ secret, refusal }: Answer, { service, account, file }: KeychainKeyOptions): string {
  if (secret) return secret;
  if (refusal !== undefined) {
    throw new StorageUnavailableError({
      code: 'KEYCHAIN_MISSING',
      message: `The key of ${service} is in the keychain, and there is none here (${refusal}).`,
      remedy: 'Start it in the session whose keychain holds the key; cron, ssh and containers have none by themselves.',
    });
  }
  throw new StorageUnavailableError({
    code: 'KEYCHAIN_KEY_LOST',
    message: `The keychain has lost the key of ${service} (${account}). The tokens that it sealed cannot be read without it.`,
    remedy: `Restore the keychain. If the key is gone for good, delete ${file} and log in again, which overwrites the tokens.`,
    retryable: false,
  });
}

/** Asks in a process that can be ended, as nothing else ends a call to a keychain that hangs. */
async function ask({ service, account, timeout = 30 }: KeychainKeyOptions, fresh?: string): Promise<Answer> {
  const child = fork(join(import.meta.dirname, 'ask-keychain.js'), {
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: 'ignore',
  });
  let timer: NodeJS.Timeout | undefined;
  const answer = await new Promise<Answer>((resolve) => {
    const fail = (failure: string): void => resolve({ failure });
    timer = setTimeout(
      () => fail(`it did not answer within ${timeout} s, and may wait for somebody to unlock it`),
      timeout * 1000,
    );
    child.once('message', (said) => resolve(said as Answer));
    child.once('exit', (code, signal) => fail(`the program that asks it ended with ${signal ?? code}`));
    child.once('error', (error) => fail(error.message));
    child.send({ service, account, fresh } satisfies Question, () => undefined); // an exit says why
  });
  clearTimeout(timer);
  child.kill('SIGKILL');
  if (answer.failure === undefined) return answer;
  throw new StorageUnavailableError({
    code: 'KEYCHAIN_UNAVAILABLE',
    message: `The keychain does not give the key of ${service} (${answer.failure}).`,
    remedy: 'Unlock it, or start it anew if it hangs, and try again; no login is needed.',
  });
}

function readNote(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Note;
  } catch (error) {
    const { code = 'not JSON' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new StorageUnavailableError({ message: `${file}, which notes where the key is, cannot be read (${code}).` });
  }
}

function writeNote(file: string, note: Note): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(note), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
