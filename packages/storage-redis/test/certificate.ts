import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a certificate for 127.0.0.1 that is its own authority. */
export function makeCertificate(folder: string): { key: string; cert: string; ca: string } {
  const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const what = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes'];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...what, '-keyout', key, '-out', cert]);
  if (made.status !== 0) throw new Error(`openssl is needed for these tests: ${String(made.stderr)}`);
  return { key, cert, ca: readFileSync(cert, 'utf8') };
}
