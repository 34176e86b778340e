import { DeviceCodeFlow, type DeviceCodeFlowOptions, TokenSet } from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * A device login that keeps its tokens in a place of the application's own; here a JSON file, but it could as well be
 * a keychain or a row of a database. The lock lets one process at a time renew, whatever the place is.
 */
export class FileLogin extends DeviceCodeFlow {
  readonly file: string;
  constructor(file: string, options: DeviceCodeFlowOptions) {
    super({ lock: fileLock(file), ...options });
    this.file = file;
  }

  protected override async loadTokens(): Promise<TokenSet | undefined> {
    const text = textIn(this.file);
    return text === undefined ? undefined : TokenSet.from(text);
  }
  protected override async saveTokens(tokens: TokenSet): Promise<void> {
    writeFileSync(`${this.file}.new`, JSON.stringify(tokens), { mode: 0o600, flush: true });
    renameSync(`${this.file}.new`, this.file);
  }
  protected override async deleteTokens(): Promise<void> {
    rmSync(this.file, { force: true });
  }
}

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error; // an outage, and no reason to log in
  }
}
