/** Certificates that are their own authority, made by openssl. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Makes one for an address; `from` is the first year in which it is valid. */
export function makeCertificate(folder, { address = '127.0.0.1', from = 2020 }) {
  const own = mkdtempSync(path.join(folder, 'certificate-'));
  const at = (name) => path.join(own, name);
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
  const config = ['-config', at('config')];
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at('key'));
  openssl('req', '-new', '-key', at('key'), '-subj', `/CN=${address}`, ...config, '-out', at('request'));
  const dates = ['-startdate', `${from}0101000000Z`, '-enddate', '20900101000000Z'];
  const sign = ['-selfsign', '-batch', '-notext', '-keyfile', at('key'), '-in', at('request'), '-out', at('cert')];
  openssl('ca', ...config, ...dates, ...sign);
  return { key: readFileSync(at('key'), 'utf8'), cert: readFileSync(at('cert'), 'utf8') };
}

function openssl(...args) {
  const { status, stderr } = spawnSync('openssl', args);
  if (status !== 0) throw new Error(`openssl is needed for this run: ${String(stderr)}`);
}
