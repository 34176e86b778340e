import process from 'node:process';
import type { PrivateKey } from '../../crypto/private-key.js';
import { CredentialsFileError } from '../../errors/index.js';
import { checkPath } from '../credentials/text-file.js';
import { readSecretFile } from './assertion-file.js';

/** How a file with a private key is read. @group Credentials */
export interface PrivateKeyFileOptions {
  /** What the key is encrypted with, or a function that fetches it. @defaultValue the key is not encrypted */
  readonly passphrase?: string | (() => string | Promise<string>) | undefined;
}

/**
 * Makes a function that reads a private key from a PEM file each time it is called, so that the key can be replaced under
 * the program; for `clientKey` and the `key` of `signAssertion`. Other things may stand around the key in the file.
 *
 * ```ts
 * import { ClientCredentialsFlow } from '@latchkey/core';
 * import { environmentVariable, privateKeyFile } from '@latchkey/core/node';
 *
 * export const flow = new ClientCredentialsFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'nightly-report',
 *   clientKey: privateKeyFile('client.pem', {
 *     passphrase: environmentVariable('CLIENT_KEY_PASSPHRASE'),
 *   }),
 * });
 * ```
 *
 * @returns a function that throws CredentialsFileError when there is no such file, or its key and the passphrase do not go
 * together
 * @throws TypeError for a path that is none, or begins with `~`
 * @group Credentials
 */
export function privateKeyFile(path: string, options: PrivateKeyFileOptions = {}): () => Promise<PrivateKey> {
  checkPath(path);
  return async () => {
    const key = await readSecretFile(path);
    // Some truncate the file, and then write it.
    if (/^\s*$|-----BEGIN(?![^]*-----END)/.test(key))
      throw new CredentialsFileError(path, 'it holds no whole private key', { retryable: true });
    const { passphrase: given } = options;
    const passphrase = typeof given === 'function' ? await given() : given;
    if (passphrase === undefined) return key;
    try {
      return process.getBuiltinModule('node:crypto').createPrivateKey({ key, passphrase });
    } catch {
      // Not as the cause: nothing of the key goes into an error.
      throw new CredentialsFileError(path, 'it holds no private key that this passphrase opens', {
        remedy: 'Check that file and passphrase belong together; OpenSSH keys must be changed to PKCS #8 first.',
      });
    }
  };
}
