import type { AuthorizationCodeFlowOptions } from '../grants/authorization-code-flow.js';

/**
 * What a server needs, to be spread into the options of a flow. What you set behind it wins.
 *
 * @group Options
 */
export type ServerOptions = Pick<
  AuthorizationCodeFlowOptions,
  | ('issuer' | 'metadataUrl' | 'server' | 'scope' | 'audience')
  | ('clientSecret' | 'clientAuthentication' | 'authorizationParameters' | 'dialect')
>;
