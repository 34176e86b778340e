/** A storage in a file of JSON for the contract, whose lock is a file that names its holder, with one fault if asked. */
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  assertGeneration,
  CredentialMismatchError,
  LockTimeoutError,
  openRecord,
  ProcessLock,
  sealRecord,
} from '@latchkey/core';

/** What this process shares among its openings. */
const lock = new ProcessLock();
const unwritten = new Map();

export class PlainFileStorage {
  isOneRecord = true;

  constructor(path, fault = 'none') {
    this.id = path;
    this.fault = fault;
  }

  async load(key) {
    const text = unwritten.get(this.id) ?? read(this.id);
    return text === undefined ? undefined : openRecord(text, key);
  }

  async save(key, tokens, { expected }) {
    if (expected !== undefined) assertGeneration(await this.load(key), expected);
    const text = await sealRecord(tokens, key);
    if (this.fault !== 'writes later') return write(this.id, text);
    unwritten.set(this.id, text);
    setTimeout(() => existsSync(dirname(this.id)) && write(this.id, text), 20);
  }

  async delete(key, { expected }) {
    const stored = await this.load(key).catch((error) => {
      if (!(error instanceof CredentialMismatchError)) throw error;
    });
    if (stored) assertGeneration(stored, expected);
    unwritten.delete(this.id);
    rmSync(this.id, { force: true });
  }

  withLock(key, task, options) {
    const path = `${this.id}.${options.purpose ?? 'lock'}`;
    const alone = (held) => (this.fault === 'locks in memory' ? task(held) : this.#withFile(path, task, options));
    return lock.withLock(path, alone, options);
  }

  async #withFile(path, task, { signal, timeout }) {
    const patience = this.fault === 'never frees' ? Math.min(timeout, 1) : timeout;
    const end = performance.now() + patience * 1000;
    while (!take(path)) {
      if (this.fault !== 'never frees' && isDead(path)) rmSync(path, { force: true });
      else if (performance.now() >= end) throw new LockTimeoutError();
      else await sleep(5, undefined, { signal });
    }
    try {
      return await task({ signal: new AbortController().signal });
    } finally {
      rmSync(path);
    }
  }
}

export const createStorage = (path, fault) => new PlainFileStorage(path, fault);

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function write(path, text) {
  writeFileSync(`${path}.${process.pid}`, text);
  renameSync(`${path}.${process.pid}`, path);
}

function take(path) {
  try {
    const fd = openSync(path, 'wx');
    writeFileSync(fd, String(process.pid));
    closeSync(fd);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isDead(path) {
  const pid = Number(read(path));
  try {
    return pid > 0 && !process.kill(pid, 0);
  } catch {
    return true;
  }
}
