import * as z from 'zod/mini';

/** What an examination makes of a value that a person has written, or what it expected instead, and at which place. */
export type Examined<T> =
  | { readonly value: T }
  | { readonly faults: readonly { readonly place: readonly string[]; readonly expected: string }[] };

/** Credentials of the right form. */
export interface CheckedCredentials {
  clientId: string;
  clientSecret?: string | undefined;
  issuer?: string | undefined;
  tokenEndpoint?: string | undefined;
  authorizationEndpoint?: string | undefined;
  audience?: string | undefined;
  scope?: string | undefined;
  scopes?: string[] | undefined;
  redirectUri?: string | undefined;
  redirectUris?: string[] | undefined;
  username?: string | undefined;
  password?: string | undefined;
}

/** Examines credentials, under the names of a layout. */
export function examineCredentials(fields: Readonly<Record<string, unknown>>): Examined<CheckedCredentials> {
  return examine(credentials, fields);
}

/** Examines what a source says of a profile. */
export function examineProfile(settings: Readonly<Record<string, unknown>>): Examined<unknown> {
  return examine(profile, settings);
}

/** A text that is not blank. Its messages, like all here, never repeat the value. */
const text = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be a text') })
  .check(z.refine((value) => value.trim() !== '', 'must not be empty'));

/** An absolute URL. */
const url = z.url('must be an absolute URL');

const optionalText = z.optional(text);
const optionalUrl = z.optional(url);

const credentials = z
  .object({
    clientId: text,
    clientSecret: optionalText,
    issuer: optionalUrl,
    tokenEndpoint: optionalUrl,
    authorizationEndpoint: optionalUrl,
    audience: optionalText,
    scope: optionalText,
    scopes: z.optional(z.array(text, 'must be a list of texts')),
    redirectUri: optionalUrl,
    redirectUris: z.optional(z.array(url, 'must be a list of URLs')),
    username: optionalText,
    password: optionalText,
  })
  .check(
    z.refine(({ authorizationEndpoint, tokenEndpoint }) => !authorizationEndpoint || tokenEndpoint, {
      path: ['tokenEndpoint'],
      error: 'is missing',
    }),
  );

const oauth2 = z
  .looseObject(
    {
      client_id: optionalText,
      client_secret: optionalText,
      domain: optionalText,
      issuer: optionalUrl,
      token_endpoint: optionalUrl,
      authorization_endpoint: optionalUrl,
      device_authorization_endpoint: optionalUrl,
      revocation_endpoint: optionalUrl,
      audience: optionalText,
      scope: optionalText,
      redirect_uri: optionalUrl,
      username: optionalText,
      password: optionalText,
      access_token: optionalText,
      refresh_token: optionalText,
      id_token: optionalText,
    },
    'must be a table',
  )
  .check(
    z.refine(({ domain, issuer, token_endpoint }) => !domain || !(issuer ?? token_endpoint), {
      path: ['domain'],
      error: 'must be left out beside issuer or token_endpoint',
    }),
  );

const profile = z.looseObject({ oauth2: z.optional(oauth2) }, 'must be a table');

function examine<T>(schema: z.ZodMiniType<T>, value: unknown): Examined<T> {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  return { faults: result.error.issues.map(({ path, message }) => ({ place: path.map(String), expected: message })) };
}
