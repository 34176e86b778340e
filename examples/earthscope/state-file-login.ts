import { DeviceCodeFlow, type DeviceCodeFlowOptions, TokenSet } from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A login that is kept in the application's own state file, under `login`, beside whatever else is in there. */
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
    return existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, unknown>) : {};
  }

  #write(state: object): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(state), { mode: 0o600, flush: true });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
