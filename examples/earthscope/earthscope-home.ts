import type { Clock, TokenRecord } from '@latchkey/core';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createFlow } from './earthscope-flow.js';
import { readSettings } from './settings.js';

/** What a program left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with settings for a twin, and the programs run in it, each in a process of its own. */
export class EarthscopeHome implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-earthscope-'));
  readonly env: Readonly<Record<string, string>> = { ES_HOME: this.folder };
  readonly #issuer: string;

  constructor(issuer: string) {
    this.#issuer = issuer;
    const machine = '[profile.machine]\noauth2.client_id = "machine"\noauth2.client_secret = "machine-secret"';
    const server = `oauth2.issuer = "${issuer}"\noauth2.client_id = "cli"\nresources.api_url = "${issuer}"`;
    writeFileSync(join(this.folder, 'config.toml'), `[default]\n${server}\n${machine}\n`);
  }

  /** Runs a command of the command line. */
  es(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return this.run('main.js', args, { ...this.env, ...env });
  }

  /** Does what the command `login` does, in this process and without its pauses. */
  async logIn(): Promise<void> {
    const clock: Clock = { now: Date.now, sleep: () => Promise.resolve() }; // what it stamps is not in the future
    const flow = createFlow(await readSettings({ env: this.env }), { clock, promptUser: () => undefined });
    await flow.getAccessTokenRefreshIfNecessary({ interactive: true });
  }

  /** Runs a program of this example. */
  run(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
    const file = fileURLToPath(new URL(program, import.meta.url));
    const { PATH, NODE_OPTIONS } = process.env;
    const all = { cwd: this.folder, env: { PATH, NODE_OPTIONS, ISSUER: this.#issuer, ...env } };
    return new Promise((resolve) => {
      execFile(process.execPath, [file, ...args], all, (error, out, err) => {
        const code = error === null ? 0 : Number(error.code);
        resolve({ code, out: out.trim(), err: err.trim() });
      });
    });
  }

  /** The token file of a profile. */
  tokenFile(profile = 'default'): string {
    return join(this.folder, profile, 'sso_tokens.json');
  }

  /** What is in a token file. */
  stored(file = this.tokenFile()): TokenRecord {
    return JSON.parse(readFileSync(file, 'utf8')) as TokenRecord;
  }

  /** Writes a token file behind the back of all programs. */
  store(record: TokenRecord, { file = this.tokenFile(), mode = 0o600 } = {}): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(record), { mode });
  }

  /** Lets the stored access token end. */
  expire(file = this.tokenFile()): void {
    this.store({ ...this.stored(file), expires_at: Math.floor(Date.now() / 1000) - 1 }, { file });
  }

  /** Puts the times of the stored tokens back by so many seconds. */
  agedBy(seconds: number, file = this.tokenFile()): void {
    const { issued_at = 0, expires_at = 0, ...rest } = this.stored(file);
    this.store({ ...rest, issued_at: issued_at - seconds, expires_at: expires_at - seconds }, { file });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
