import { z } from 'zod';
import { text, url } from './expectations.js';

/** What `oauth2` of a profile may hold; each source of settings is examined by itself. */
export const profileSchema = z.looseObject({
  oauth2: z
    .looseObject(
      {
        client_id: text.optional(),
        client_secret: text.optional(),
        domain: text.optional(),
        issuer: url.optional(),
        token_endpoint: url.optional(),
        authorization_endpoint: url.optional(),
        device_authorization_endpoint: url.optional(),
        revocation_endpoint: url.optional(),
        audience: text.optional(),
        scope: text.optional(),
        redirect_uri: url.optional(),
        username: text.optional(),
        password: text.optional(),
        access_token: text.optional(),
        refresh_token: text.optional(),
        id_token: text.optional(),
      },
      'must be a table',
    )
    .refine(({ domain, issuer, token_endpoint }) => !domain || !(issuer ?? token_endpoint), {
      path: ['domain'],
      error: 'must be left out beside issuer or token_endpoint',
    })
    .optional(),
});
