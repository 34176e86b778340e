/**
 * A credential helper of docker for one registry: docker runs `docker-credential-NAME OPERATION`, so a file of that name on
 * PATH starts `node …/docker.js oauth2@images.example.org "$@"`, with the user name that the registry wants.
 *
 * What goes wrong is said on stdout, where docker looks for it.
 */
import { text } from 'node:stream/consumers';
import { explain, howToLogIn, login } from './login.js';

const [registry = '', operation] = process.argv.slice(2);
if (registry === '' || registry.includes('//')) {
  console.log(`Usage: node ${process.argv[1] ?? ''} images.example.org OPERATION, which docker adds`);
  process.exit(2);
}
const { host, username } = new URL(`https://${registry}`);
const Username = decodeURIComponent(username) || 'oauth2'; // me@example.org is written me%40example.org there

try {
  if (operation === 'list') console.log(JSON.stringify({ [host]: Username }));
  else if (operation === 'get') await give((await text(process.stdin)).trim());
  else if (operation === 'store') await keep(JSON.parse(await text(process.stdin)) as { Secret?: string });
  else fail('Other programs share this login, so docker does not end it.');
} catch (error) {
  fail(explain(error));
}

async function give(ServerURL: string): Promise<void> {
  const asked = new URL(/^https?:/.test(ServerURL) ? ServerURL : `https://${ServerURL}`).host;
  if (asked === host) console.log(JSON.stringify({ ServerURL, Username, Secret: await token() }));
  else fail('credentials not found in native keychain'); // docker's words for "ask without"
}

/** A docker login that succeeded stores what it was given here. */
async function keep({ Secret }: { Secret?: string }): Promise<void> {
  if (Secret !== (await token())) fail(`Only the login of these programs is kept here. ${howToLogIn}`);
}

function token(): Promise<string> {
  return login(300).getAccessTokenRefreshIfNecessary();
}

function fail(reason: string): void {
  console.log(reason);
  process.exitCode = 1;
}
