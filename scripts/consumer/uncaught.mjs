/** Ends by an error that nobody catches, whose place in our sources can be read. */
import { ClientCredentialsFlow } from '@latchkey/core';

new ClientCredentialsFlow({ clientId: 'machine', clientSecret: 'a secret' });
