/** A page's program, which is bundled for a browser. Nothing of it runs. */
import { AuthorizationCodeFlow } from '@latchkey/core';

globalThis.flow = new AuthorizationCodeFlow({
  issuer: 'https://login.example',
  clientId: 'page',
  redirectUri: 'https://page.example/',
});
