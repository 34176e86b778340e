/**
 * A `credential_process` of AWS, which gives the keys of a role for the login: `credential_process = node …/aws.js ROLE_ARN`.
 * The role has to trust the server, whose access tokens have to be JWTs.
 */
import { explain, login, refuseArguments, tokenStorage } from './login.js';
import { WebIdentityFlow } from './web-identity-flow.js';

/** Seconds. With 900 left, botocore starts this program at each use of the keys: it must be given new ones by then. */
const secondsLeft = 960;

const [role = ''] = process.argv.slice(2);
if (!role.startsWith('arn:')) refuseArguments('arn:aws:iam::123456789012:role/reader');
const sts = process.env['AWS_ENDPOINT_URL_STS'] ?? 'https://sts.amazonaws.com';

try {
  const person = login(60);
  await person.getAccessTokenRefreshIfNecessary({ noAutoRefresh: true }); // whose login it is; a token is asked for by need
  const token = () => person.getAccessTokenRefreshIfNecessary();
  const sub = person.claims?.sub;
  if (typeof sub !== 'string') throw new Error('The login does not say whose it is: log in with the scope openid.');
  const account = `${person.key} ${sub}`; // another server may call somebody else so
  const place = { account, storage: tokenStorage(), autoRefreshThreshold: secondsLeft, renewAhead: false };
  const keys = new WebIdentityFlow({ server: { tokenEndpoint: sts }, clientId: role, token, ...place });
  console.log(await keys.getAccessTokenRefreshIfNecessary());
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
