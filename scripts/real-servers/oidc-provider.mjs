import { Provider } from 'oidc-provider';

export const software = ['oidc-provider'];

export const settings = [{}, { rotateRefreshToken: false }];

/** A device logs in. Refresh tokens rotate; whoever presents a used one ends the login. */
export async function serve(site, setting) {
  const client = {
    client_id: 'app',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    response_types: [],
    redirect_uris: [],
  };
  const provider = new Provider(site.origin, {
    clients: [client],
    cookies: { keys: ['loopback'] },
    features: {
      deviceFlow: { enabled: true },
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    rotateRefreshToken: true,
    ...setting,
  });
  site.answer = provider.callback();
  const grants = [];
  return {
    flow: 'DeviceCodeFlow',
    options: { issuer: site.origin, clientId: 'app', scope: 'openid offline_access' },
    tokenPath: '/token',
    afterLostAnswer: setting.rotateRefreshToken === false ? 'goes on' : 'ended',
    async approve({ userCode }) {
      const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll('-', ''));
      const grant = new provider.Grant({ accountId: 'ada', clientId: 'app' });
      grant.addOIDCScope('openid offline_access');
      grants.push(grant);
      const { scope } = code.params;
      await Object.assign(code, { accountId: 'ada', grantId: await grant.save(), scope, claims: {} }).save();
    },
    async isGood(token) {
      const { status } = await fetch(`${site.origin}/me`, { headers: { authorization: `Bearer ${token}` } });
      return status === 200;
    },
    async endLogins() {
      for (const grant of grants) {
        await provider.RefreshToken.revokeByGrantId(grant.jti);
        await grant.destroy();
      }
    },
  };
}
