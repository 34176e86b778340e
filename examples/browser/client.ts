import type { AuthorizationCodeFlowOptions } from '@latchkey/core';

/** Who this page is at which server: yours in its place. The server has to allow the page's origin (CORS). */
export const client: AuthorizationCodeFlowOptions = {
  issuer: 'https://login.example.org',
  clientId: 'my-page', // a public client: a page can keep no secret
  scope: 'openid offline_access',
  allowedOrigins: ['https://api.example.org'],
};
