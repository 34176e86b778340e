import { checkHost, checkName, checkText } from './check-name.js';
import type { ServerOptions } from './server-options.js';

/**
 * Microsoft Entra: accounts of a workforce. A renewal names the scopes again, since one without them is refused for an
 * API of one's own (AADSTS90009).
 *
 * Sources: Microsoft identity platform, "OAuth 2.0 authorization code flow", "Refresh the access token" (github.com/MicrosoftDocs/entra-docs,
 * copy of 0c1ac842); damienbod/angular-auth-oidc-client#1844.
 *
 * @param options - `tenant`: the tenant's id or domain, or `common`, `organizations`, `consumers`; `scope`: the scopes of
 * one API, and `offline_access` for a refresh token
 * @throws TypeError
 * @group Servers
 */
export function entra({ tenant, scope }: { readonly tenant: string; readonly scope: string }): ServerOptions {
  return {
    issuer: `https://login.microsoftonline.com/${checkName('tenant', tenant)}/v2.0`,
    ...namedAtRenewal(scope),
  };
}

/**
 * Microsoft Entra External ID: accounts of customers. Its metadata are found by the tenant's name, and those of an issuer
 * that is written by its id.
 *
 * Source: MicrosoftDocs/entra-docs#408, of 2024-02-20.
 *
 * @param options - `tenant`: the name before `.ciamlogin.com`; `tenantId`: its id; `scope`: as for {@link entra}
 * @throws TypeError
 * @group Servers
 */
export function entraExternalId(options: {
  readonly tenant: string;
  readonly tenantId: string;
  readonly scope: string;
}): ServerOptions {
  const [tenant, id] = [checkName('tenant', options.tenant), checkName('tenantId', options.tenantId)];
  return {
    issuer: `https://${id}.ciamlogin.com/${id}/v2.0`,
    metadataUrl: `https://${tenant}.ciamlogin.com/${id}/v2.0/.well-known/openid-configuration`,
    ...namedAtRenewal(options.scope),
  };
}

/**
 * Azure AD B2C. Without scopes, a renewal brings no access token.
 *
 * Sources: panva/openid-client#717; Microsoft, "Set up sign-in in Azure AD B2C", "OpenID Connect metadata document".
 *
 * @param options - `tenant`: the name before `.onmicrosoft.com`; `policy`: the user flow, such as `B2C_1_signin`; `scope`:
 * as for {@link entra}; `host`: a domain of one's own in place of `<tenant>.b2clogin.com`
 * @throws TypeError
 * @group Servers
 */
export function entraB2C(options: {
  readonly tenant: string;
  readonly policy: string;
  readonly scope: string;
  readonly host?: string | undefined;
}): ServerOptions {
  const [tenant, policy] = [checkName('tenant', options.tenant), checkName('policy', options.policy)];
  const host = checkHost('host', options.host ?? `${tenant}.b2clogin.com`);
  return {
    issuer: `https://${host}/${tenant}.onmicrosoft.com/${policy}/v2.0`,
    ...namedAtRenewal(options.scope),
  };
}

function namedAtRenewal(scope: string): ServerOptions {
  return { scope: checkText('scope', scope), dialect: { refreshParameters: { scope } } };
}
