import { DeviceCodeFlow, type DeviceCodeFlowOptions, TokenSet } from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * A login that is kept in the application's own state file, under `login`, beside whatever else is in there. Whoever writes
 * anything else there holds `fileLock(file)` from its read to its write: else it would put back a refresh token that is spent.
 */
export class StateFileLogin extends DeviceCodeFlow {
  readonly file: string;

  constructor(file: string, options: DeviceCodeFlowOptions) {
    super({ lock: fileLock(file), ...options });
    this.file = file;
  }

  protected override async loadTokens(): Promise<TokenSet | undefined> {
    const { login } = read(this.file);
    return login === undefined ? undefined : TokenSet.from(login);
  }

  protected override async saveTokens(tokens: TokenSet): Promise<void> {
    write(this.file, { ...read(this.file), login: tokens });
  }

  protected override async deleteTokens(): Promise<void> {
    const { login: _deleted, ...rest } = read(this.file);
    write(this.file, rest);
  }
}

function read(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error; // an outage: what is in there would be lost by a write
  }
}

function write(file: string, state: object): void {
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
