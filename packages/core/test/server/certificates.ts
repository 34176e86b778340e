import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate that is its own authority, with its key. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** Where `cert` stands. */
  readonly file: string;
}

/** Makes a certificate for an address; `from` and `to` are years. */
export function makeCertificate(folder: string, address = '127.0.0.1', from = 2020, to = 2090): Certificate {
  const own = mkdtempSync(join(folder, 'certificate-'));
  const at = (name: string): string => join(own, name);
  writeFileSync(at('index'), '');
  writeFileSync(at('serial'), '01');
  writeFileSync(
    at('config'),
    `[ca]
default_ca=own
[own]
database=${at('index')}
serial=${at('serial')}
new_certs_dir=${own}
default_md=sha256
policy=any
x509_extensions=names
[any]
commonName=supplied
[names]
basicConstraints=CA:TRUE
subjectAltName=IP:${address}
[req]
distinguished_name=none
[none]
`,
  );
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at('key'));
  openssl('req', '-new', '-key', at('key'), '-subj', `/CN=${address}`, '-config', at('config'), '-out', at('request'));
  const dates = ['-startdate', `${from}0101000000Z`, '-enddate', `${to}0101000000Z`];
  const sign = ['-selfsign', '-batch', '-notext', '-keyfile', at('key'), '-in', at('request'), '-out', at('cert')];
  openssl('ca', '-config', at('config'), ...dates, ...sign);
  return { key: readFileSync(at('key'), 'utf8'), cert: readFileSync(at('cert'), 'utf8'), file: at('cert') };
}

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args);
  if (status !== 0) throw new Error(`openssl is needed for these tests: ${String(stderr)}`);
}
