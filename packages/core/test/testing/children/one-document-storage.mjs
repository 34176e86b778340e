/** All records in one document, though each key has a lock of its own: what was read of other keys is written back. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { assertGeneration, openRecord, sealRecord } from '@latchkey/core';
import { PlainFileStorage } from './plain-file-storage.mjs';

/** Milliseconds from reading to writing, in which another process writes, however busy the machine is. */
const reading = 10;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

class OneDocumentStorage extends PlainFileStorage {
  isOneRecord = undefined;

  async load(key) {
    const { [key]: text } = this.all();
    return text === undefined ? undefined : openRecord(text, key);
  }

  async save(key, tokens, { expected }) {
    if (expected !== undefined) assertGeneration(await this.load(key), expected);
    const text = await sealRecord(tokens, key);
    const file = `${this.id}.${process.pid}`;
    const all = this.all();
    Atomics.wait(sleeper, 0, 0, reading);
    writeFileSync(file, JSON.stringify({ ...all, [key]: text }));
    renameSync(file, this.id);
  }

  withLock(key, task, options) {
    return new PlainFileStorage(`${this.id}.${key}`).withLock(key, task, options);
  }

  all() {
    try {
      return JSON.parse(readFileSync(this.id, 'utf8'));
    } catch (error) {
      if (error.code === 'ENOENT') return {};
      throw error;
    }
  }
}

export const createStorage = (path) => new OneDocumentStorage(path);
