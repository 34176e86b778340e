import { checkName } from './check-name.js';
import type { ServerOptions } from './server-options.js';

/**
 * Amazon Cognito. Its issuer is made of region and user pool, not of the domain at which people log in. A refresh token stays
 * the same unless rotation is switched on for the app client, and then its predecessor is good for up to 60 s more. It comes
 * without `offline_access`, which Cognito does not know.
 *
 * Sources: AWS, "RefreshTokenRotationType" (docs.aws.amazon.com/cognito-user-identity-pools) and "Refresh tokens"
 * (docs.aws.amazon.com/cognito), copies without a day.
 *
 * @param options - `region`, such as `eu-west-1`; `userPoolId`, such as `eu-west-1_AbCdEfGhI`
 * @throws TypeError
 * @group Servers
 */
export function cognito({
  region,
  userPoolId,
}: {
  readonly region: string;
  readonly userPoolId: string;
}): ServerOptions {
  const host = `cognito-idp.${checkName('region', region)}.amazonaws.com`;
  return { issuer: `https://${host}/${checkName('userPoolId', userPoolId)}` };
}
