import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that nobody knows, made by openssl in a folder. */
export class PrivateAuthority {
  readonly #folder: string;
  /** Its own certificate, as PEM. */
  readonly ca: string;

  constructor(folder: string) {
    this.#folder = folder;
    const made = ['-nodes', '-days', '2', '-keyout', this.#file('ca.key'), '-out', this.#file('ca.crt')];
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-subj', '/CN=A private authority', ...made);
    this.ca = readFileSync(this.#file('ca.crt'), 'utf8');
  }

  /** Signs a certificate for names such as `DNS:id.example.test` or `IP:127.0.0.1`. */
  issue(name: string, ...subjects: string[]): Certificate {
    const file = (end: string): string => this.#file(`${name}.${end}`);
    writeFileSync(file('ext'), `subjectAltName=${subjects.join(',')}\n`);
    const wanted = ['-subj', `/CN=${name}`, '-keyout', file('key'), '-out', file('csr')];
    openssl('req', '-newkey', 'rsa:2048', '-nodes', ...wanted);
    const by = ['-CA', this.#file('ca.crt'), '-CAkey', this.#file('ca.key'), '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', file('csr'), ...by, '-extfile', file('ext'), '-out', file('crt'));
    return { cert: readFileSync(file('crt'), 'utf8'), key: readFileSync(file('key'), 'utf8') };
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl is needed, and failed: ${stderr}`);
}
