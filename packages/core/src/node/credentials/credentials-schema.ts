import { z } from 'zod';
import { text, url } from './expectations.js';

/** What credentials consist of, under the names of a layout. */
export const credentialsSchema = z
  .object({
    clientId: text,
    clientSecret: text.optional(),
    issuer: url.optional(),
    tokenEndpoint: url.optional(),
    authorizationEndpoint: url.optional(),
    audience: text.optional(),
    scope: text.optional(),
    scopes: z.array(text, 'must be a list of texts').optional(),
    redirectUri: url.optional(),
    redirectUris: z.array(url, 'must be a list of URLs').optional(),
    username: text.optional(),
    password: text.optional(),
  })
  .refine(({ authorizationEndpoint, tokenEndpoint }) => !authorizationEndpoint || tokenEndpoint, {
    path: ['tokenEndpoint'],
    error: 'is missing',
  });

/** Credentials of the right form. */
export type CheckedCredentials = z.infer<typeof credentialsSchema>;
