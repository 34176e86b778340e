/**
 * A `credential_process` of AWS, which gives the keys of a role for the login: `credential_process = node …/aws.js ROLE_ARN`.
 * The role has to trust the server, whose access tokens have to be JWTs.
 */
import { explain, login, refuseArguments, tokenStorage } from './login.js';
import { WebIdentityFlow } from './web-identity-flow.js';

/** Seconds. With 900 left, botocore starts this program at each use of the keys: it must be given new ones by then. */
const secondsLeft = 960;

/**
 * STS of a region that nobody can turn off, for each partition of AWS: its keys are good in all regions there. Those of
 * sts.amazonaws.com are refused where an account has to enable the region.
 */
const regional: Readonly<Record<string, string>> = {
  aws: 'https://sts.us-east-1.amazonaws.com',
  'aws-cn': 'https://sts.cn-north-1.amazonaws.com.cn',
  'aws-eusc': 'https://sts.eusc-de-east-1.amazonaws.eu',
  'aws-us-gov': 'https://sts.us-gov-west-1.amazonaws.com',
};

const [role = ''] = process.argv.slice(2);
const [scheme, partition = ''] = role.split(':');
const sts = process.env['AWS_ENDPOINT_URL_STS'] || regional[partition];
if (scheme !== 'arn' || sts === undefined) refuseArguments('arn:aws:iam::123456789012:role/reader');

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
