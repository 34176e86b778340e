/** A server to try the examples at, until Ctrl+C: `node examples/dist/identity-provider/main.js`. */
import type { ClientMetadata } from 'oidc-provider';
import { IdentityProvider } from './identity-provider.js';
import { configureProvider, deviceClient } from './provider-configuration.js';

const grants = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];
const person = {
  ...deviceClient,
  grant_types: grants,
  response_types: ['code' as const],
  redirect_uris: ['http://127.0.0.1/callback'],
};
const page = { ...person, application_type: 'web' as const, redirect_uris: ['http://localhost:8000/'] };
const clients: ClientMetadata[] = [
  { ...person, client_id: 'acme-cli', client_name: 'acme' },
  { ...person, client_id: 'my-cli', client_name: 'my-cli' },
  { ...page, client_id: 'my-page', client_name: 'my page' },
  {
    client_id: 'job',
    client_secret: 'secret-of-the-job',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  },
];

const { features, ttl } = configureProvider(person);
const { issuer } = await IdentityProvider.start(person, {
  clients,
  clientBasedCORS: () => true,
  features: { ...features, clientCredentials: { enabled: true } },
  issueRefreshToken: (_ctx, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
  ttl: { ...ttl, AccessToken: 60, ClientCredentials: 60 },
});
console.log(`In another terminal:

  export ISSUER=${issuer} CLIENT_ID=my-cli
  export ACME_ISSUER=${issuer} ACME_API=${issuer}

Any name and password log in. Tokens are good for a minute. ${issuer}/me is the API.`);
