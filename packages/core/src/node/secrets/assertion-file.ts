import { CredentialsFileError } from '../../errors/index.js';
import { checkPath, readTextFile } from '../credentials/text-file.js';

/**
 * Makes a function that reads a token from a file each time it is called, for files that change under the program: a
 * projected token of Kubernetes, a JWT-SVID that SPIFFE's helper writes. For `clientAssertion: { from }`, `assertion` and
 * `subjectToken`. White space around the token is taken away; nothing is kept.
 *
 * ```ts
 * import { ClientCredentialsFlow } from '@latchkey/core';
 * import { assertionFile } from '@latchkey/core/node';
 *
 * export const flow = new ClientCredentialsFlow({
 *   issuer: 'https://login.example.org',
 *   clientId: 'nightly-report',
 *   clientAssertion: { from: assertionFile('/var/run/secrets/tokens/login') },
 * });
 * ```
 *
 * @returns a function that throws CredentialsFileError while there is no token in the file
 * @throws TypeError for a path that is none, or begins with `~`
 * @group Credentials
 */
export function assertionFile(path: string): () => Promise<string> {
  checkPath(path);
  return async () => {
    const text = (await readSecretFile(path)).trim();
    // Some truncate the file, and then write it.
    if (text === '') throw new CredentialsFileError(path, 'it is empty', { remedy, retryable: true });
    return text;
  };
}

const remedy = 'Check the path, and that what writes the file runs and this user may read it.';

/** Reads a file with a secret that something else writes. @throws CredentialsFileError */
export async function readSecretFile(path: string): Promise<string> {
  const text = await readTextFile(path);
  if (text !== undefined) return text;
  throw new CredentialsFileError(path, 'it does not exist', { code: 'CREDENTIALS_FILE_MISSING', remedy });
}
