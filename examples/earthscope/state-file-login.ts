import { DeviceCodeFlow, type DeviceCodeFlowOptions, TokenSet } from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * A login that is kept in the application's own state file, under `login`, beside whatever else is in there. Whoever writes
 * anything else there holds `fileLock(file)` from its read to its write: else it would put back a refresh token that is spent.
 */
export class StateFileLogin extends DeviceCodeFlow {
  readonly #file: string;

  constructor(file: string, options: DeviceCodeFlowOptions) {
    super({ lock: fileLock(file), ...options });
    this.#file = file;
  }

  protected override async loadTokens(): Promise<TokenSet | undefined> {
    const { login } = this.#read();
    return login === undefined ? undefined : TokenSet.from(login);
  }

  protected override async saveTokens(tokens: TokenSet): Promise<void> {
    this.#write({ ...this.#read(), login: tokens });
  }

  protected override async deleteTokens(): Promise<void> {
    const { login: _deleted, ...rest } = this.#read();
    this.#write(rest);
  }

  #read(): Record<string, unknown> {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, unknown>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error; // an outage: what is in there would be lost by a write
    }
  }

  #write(state: object): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(state), { mode: 0o600, flush: true });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
