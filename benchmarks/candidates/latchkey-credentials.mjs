/** Latchkey's readers of credentials files (docs/credentials.md). */
import { readCredentialsFile, readProfile } from '@latchkey/core/node';

/** A file of Google's or Isogeo's form. */
export const fromJson = (_realm, path) => async () => (await readCredentialsFile(`${path}.json`)).clientSecret;

/** A file with a section `[auth]`. */
export const fromIni = (_realm, path) => async () => (await readCredentialsFile(`${path}.ini`)).clientSecret;

/** A file of profiles. */
export const fromToml = (_realm, path) => async () => (await readProfile({ file: `${path}.toml` })).clientSecret;
