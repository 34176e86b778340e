import { closeSync, fstatSync, unlinkSync, writeSync } from 'node:fs';
import type { Contender, OwnedLock } from './contender.js';
import { linkExclusively } from './exclusive-link.js';
import { isFileAt } from '../file/file-identity.js';
import { Lease } from './lockfile-lease.js';
import { openMarker } from './lock-marker.js';
import { isAbandoned, readLockfile, thisOwner } from './lockfile-owner.js';
import { codeOf } from '../file/storage-fault.js';
import { createTemporaryFile, removeQuietly } from '../file/temporary-file.js';

const mostTakeovers = 8;

/** Contends for a lock that is a file: who links its own candidate to the name has the lock. */
export class LockfileContender implements Contender {
  readonly #path: string;
  readonly #marker: string;
  readonly #owner = thisOwner();
  readonly #content = Buffer.from(`${JSON.stringify(this.#owner)}\n`);
  #candidate: { readonly path: string; readonly fd: number } | undefined;

  constructor(path: string, marker: string) {
    this.#path = path;
    this.#marker = marker;
  }

  attempt(): OwnedLock | undefined {
    const candidate = (this.#candidate ??= this.#prepare());
    if (!this.#claim(candidate.path, this.#path)) return undefined;
    this.#candidate = undefined;
    removeQuietly(candidate.path);
    return new Lease({ path: this.#path, marker: this.#marker, fd: candidate.fd, content: this.#content });
  }

  holder(): number | undefined {
    return readLockfile(this.#path)?.owner?.pid;
  }

  close(): void {
    if (this.#candidate === undefined) return;
    closeSync(this.#candidate.fd);
    removeQuietly(this.#candidate.path);
    this.#candidate = undefined;
  }

  #prepare(): { readonly path: string; readonly fd: number } {
    closeSync(openMarker(this.#marker, 'lockfile'));
    const candidate = createTemporaryFile(this.#path);
    this.#candidate = candidate;
    writeSync(candidate.fd, this.#content, 0, this.#content.length, 0);
    return candidate;
  }

  /**
   * Gives the candidate the name, unless somebody alive has it. The right to remove a dead owner's file is a lock
   * of the same form, named after that owner's nonce: one taker at a time has it, and a taker that dies in turn is
   * taken over in the same way. Without it, a slow taker would remove the file of the next holder.
   */
  #claim(candidate: string, name: string): boolean {
    for (let takeovers = 0; takeovers < mostTakeovers; takeovers++) {
      if (linkExclusively(candidate, name)) return true;
      const found = readLockfile(name);
      if (found === undefined) continue;
      if (!isAbandoned(found, this.#fileSystemNow)) return false;
      const right = `${name}.takeover-${found.nonce}`;
      if (!this.#claim(candidate, right)) return false;
      try {
        // The look above is older than the right, so look again.
        const present = readLockfile(name);
        if (present?.nonce === found.nonce && isAbandoned(present, this.#fileSystemNow)) remove(name);
      } finally {
        if (this.#isOwn(right)) remove(right);
      }
    }
    return false;
  }

  #isOwn(name: string): boolean {
    return this.#candidate !== undefined && isFileAt(this.#candidate.fd, name);
  }

  /** The clocks of two hosts may differ, so the file system is asked, by touching the candidate. */
  readonly #fileSystemNow = (): number => {
    const fd = this.#candidate?.fd;
    if (fd === undefined) return 0;
    writeSync(fd, this.#content, 0, this.#content.length, 0);
    return fstatSync(fd).mtimeMs;
  };
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
