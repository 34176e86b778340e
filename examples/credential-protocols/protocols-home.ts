import { DeviceCodeFlow } from '@latchkey/core';
import { FakeAuthorizationServer } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What a program left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A record of the folder. */
export type Fields = Record<string, string | number>;

/** What STS says to a form. */
type StsAnswer = (form: URLSearchParams) => { readonly status: number; readonly body: string };

/** Starts a server that logs everybody in, as ada. */
export function startServer(): Promise<FakeAuthorizationServer> {
  return FakeAuthorizationServer.start({ deviceLogins: 'approved', deviceInterval: 0.01, accessTokens: 'jwt' });
}

/** An STS that gives keys for so many seconds, `ASIA1` and so on. */
export function keysFor(seconds: number, count = { given: 0 }): StsAnswer {
  return () => {
    count.given++;
    const end = new Date(Date.now() + seconds * 1000).toISOString();
    const keys = `<AccessKeyId>ASIA${count.given}</AccessKeyId><SecretAccessKey>s/+=</SecretAccessKey>`;
    return { status: 200, body: `<a>${keys}<SessionToken>t</SessionToken><Expiration>${end}</Expiration></a>` };
  };
}

/** A folder for tokens, a server and an STS, and the programs run there, each in a process of its own: for tests. */
export class ProtocolsHome implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-protocols-'));
  readonly server: FakeAuthorizationServer;
  /** How STS answers. */
  stsAnswer: StsAnswer = () => ({ status: 503, body: '' });
  readonly #sts: Server;
  readonly #tokens = join(this.folder, 'tokens');

  private constructor(server: FakeAuthorizationServer, sts: Server) {
    this.server = server;
    this.#sts = sts;
    sts.on('request', (request, response) => {
      void text(request).then((form) => {
        const { status, body } = this.stsAnswer(new URLSearchParams(form));
        response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
      });
    });
  }

  static async start(): Promise<ProtocolsHome> {
    const sts = createServer().listen(0, '127.0.0.1');
    await once(sts, 'listening');
    return new ProtocolsHome(await startServer(), sts);
  }

  /** The variables of the programs. */
  get env(): NodeJS.ProcessEnv {
    const own = { ISSUER: this.server.issuer, CLIENT_ID: 'cli', TOKENS: this.#tokens, GIT_TERMINAL_PROMPT: '0' };
    const { port } = this.#sts.address() as AddressInfo;
    return { ...process.env, ...own, AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}` };
  }

  run(command: string, args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const options = { env: { ...this.env, ...env }, cwd: this.folder };
    return new Promise((resolve) => {
      const child = execFile(command, args, options, (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err });
      });
      child.stdin?.on('error', () => undefined); // a program that reads nothing may end before
      child.stdin?.end(input);
    });
  }

  /** Runs one of the programs. */
  program(name: string, args: readonly string[] = [], input = '', env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.run(process.execPath, [this.file(name), ...args], input, env);
  }

  /** Where a program is. */
  file(name: string): string {
    return fileURLToPath(new URL(`${name}.js`, import.meta.url));
  }

  /** What `node log-in.js` does, in this process. */
  async logIn({ issuer }: Pick<FakeAuthorizationServer, 'issuer'> = this.server): Promise<void> {
    const storage = new FileTokenStorage(this.#tokens, { perKey: true });
    const client = { issuer, clientId: 'cli', scope: 'openid offline_access' };
    await new DeviceCodeFlow({ ...client, storage, promptUser: () => undefined }).doFlow();
  }

  /** How often a token was renewed. */
  get renewals(): number {
    return this.server.ledger.count({ grantType: 'refresh_token' });
  }

  /** The records in the folder: the login's, or the keys of AWS. */
  records(kind: 'login' | 'keys' = 'login'): { file: string; record: Fields }[] {
    const files = readdirSync(this.#tokens).filter((name) => name.endsWith('.json'));
    const all = files.map((name) => join(this.#tokens, name));
    const read = all.map((file) => ({ file, record: JSON.parse(readFileSync(file, 'utf8')) as Fields }));
    return read.filter(({ record }) => (record['refresh_token'] === undefined) === (kind === 'keys'));
  }

  /** The one login's record. */
  stored(): Fields {
    const [only] = this.records();
    if (!only) throw new Error('Nobody is logged in.');
    return only.record;
  }

  /** Changes what the records say of the end of the tokens, or of the keys. */
  setSecondsLeft(seconds: number, kind: 'login' | 'keys' = 'login'): void {
    const now = Math.floor(Date.now() / 1000);
    const times = { issued_at: now + seconds - 3600, expires_at: now + seconds };
    for (const { file, record } of this.records(kind)) writeFileSync(file, JSON.stringify({ ...record, ...times }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    this.#sts.closeAllConnections();
    this.#sts.close();
    rmSync(this.folder, { recursive: true });
  }
}
