import { DeviceCodeFlow } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { IdentityProvider } from '../identity-provider/identity-provider.js';
import { configureProvider } from '../identity-provider/provider-configuration.js';
import { approveInBrowser } from '../identity-provider/scripted-browser.js';

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const person = {
  client_id: 'acme-cli',
  client_name: 'acme',
  application_type: 'native' as const,
  token_endpoint_auth_method: 'none' as const,
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  redirect_uris: ['http://127.0.0.1/callback'],
};
const machine = { client_id: 'job', client_secret: 'secret-of-the-job', grant_types: ['client_credentials'] };
const nowhere = { response_types: [], redirect_uris: [] };

const program = fileURLToPath(new URL('main.js', import.meta.url));
const approval = `import(${JSON.stringify(new URL('../identity-provider/scripted-browser.js', import.meta.url).href)})
  .then((module) => module.approveInBrowser(process.argv[1], AbortSignal.timeout(120_000)))`;

/** A home folder with a browser that approves what it is given, and a server whose user info is the API: for tests. */
export class AcmeHome implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-acme-'));
  /** A program that opens pages, as the variable `BROWSER` names it; notes its argument in `browser.log`. */
  readonly browser = join(this.folder, 'browser');
  readonly provider: IdentityProvider;
  readonly env: Readonly<Record<string, string>>;

  private constructor(provider: IdentityProvider) {
    this.provider = provider;
    const server = { ACME_ISSUER: provider.issuer, ACME_API: provider.issuer };
    const { PATH = '', NODE_OPTIONS = '' } = process.env;
    this.env = { HOME: this.folder, XDG_DATA_HOME: '', PATH: `${this.folder}:${PATH}`, NODE_OPTIONS, ...server };
    writeFileSync(join(this.folder, 'approve.mjs'), approval.replace('argv[1]', 'argv[2]'));
    this.#command('acme', `exec '${process.execPath}' '${program}' "$@"`);
    this.#command('browser', `echo "$*" > browser.log\nexec '${process.execPath}' approve.mjs "$1"`);
  }

  static async start(): Promise<AcmeHome> {
    const { features, ttl } = configureProvider(person);
    const changes = {
      clients: [person, { ...machine, ...nowhere }],
      features: { ...features, clientCredentials: { enabled: true } },
      ttl: { ...ttl, ClientCredentials: 3600 },
    };
    return new AcmeHome(await IdentityProvider.start(person, changes));
  }

  #command(name: string, script: string): void {
    writeFileSync(join(this.folder, name), `#!/bin/sh\ncd '${this.folder}'\n${script}\n`, { mode: 0o700 });
  }

  /** Runs a command without a terminal, as cron does. */
  acme(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const options = { cwd: this.folder, env: { ...this.env, ...env }, timeout: 30_000 };
    return new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], options, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      });
    });
  }

  /** Logs in as `acme login` does in a terminal without a screen. */
  async logIn(account = 'default'): Promise<void> {
    const flow = new DeviceCodeFlow({
      issuer: this.provider.issuer,
      clientId: 'acme-cli',
      scope: 'openid profile email offline_access',
      account,
      storage: new FileTokenStorage(join(this.folder, '.local/share/acme/logins'), { perKey: true }),
      promptUser: ({ verificationUriComplete = '' }) =>
        approveInBrowser(verificationUriComplete, AbortSignal.timeout(120_000)),
    });
    await flow.doFlow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.provider[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
