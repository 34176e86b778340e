import {
  JwtBearerFlow,
  type JwtBearerFlowOptions,
  TokenExchangeFlow,
  type TokenExchangeFlowOptions,
} from '@latchkey/core';

/** Where the person has logged in, and the id token that says so. */
export interface Employer extends Pick<
  TokenExchangeFlowOptions,
  'issuer' | 'server' | 'clientId' | 'clientSecret' | 'fetch'
> {
  readonly idToken: string | (() => string | Promise<string>);
  /** Names the person: whose tokens these are. */
  readonly account: string;
}

/**
 * Gets tokens of an application by a login at the employer, without a page (Identity Assertion Authorization Grant): the
 * employer's server exchanges the id token for a grant (RFC 8693), which the application's server takes for a token (RFC 7523).
 *
 * @param application - issuer and client at the application, and the `resource` that the tokens are for
 */
export function crossAppFlow(
  { idToken, ...employer }: Employer,
  application: Omit<JwtBearerFlowOptions, 'assertion'>,
): JwtBearerFlow {
  const exchange = (): TokenExchangeFlow =>
    new TokenExchangeFlow({
      ...employer,
      subjectToken: idToken,
      subjectTokenType: 'urn:ietf:params:oauth:token-type:id_token',
      requestedTokenType: 'urn:ietf:params:oauth:token-type:id-jag',
      audience: application.issuer,
      resource: application.resource,
    });
  return new JwtBearerFlow({
    ...application,
    account: employer.account,
    assertion: () => exchange().getAccessTokenRefreshIfNecessary(), // another flow each time: a grant is for one use
  });
}
