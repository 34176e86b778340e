/**
 * A credential helper of git for one server: `node …/git.js https://git.example.org`. The README sets it up, as the only one
 * that git asks there. Put the user name that the server wants before the host: `https://x-access-token@github.com`.
 *
 * A git of 2.46 or later is given the token as `Bearer`, an older one as a password. Each may be refused before its end: then
 * the newer git asks once more and goes on, the older one fails this once.
 */
import { text } from 'node:stream/consumers';
import { endOf, explain, login, refuseArguments } from './login.js';

const [server = '', operation] = process.argv.slice(2);
if (!/^https?:\/\/./.test(server)) refuseArguments('https://git.example.org OPERATION, which git adds');
const { origin, username } = new URL(server); // me@example.org is written me%40example.org there
const asked = (await text(process.stdin)).split('\n');
const valuesOf = (name: string): string[] =>
  asked.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
const [protocol, host, password, credential] = ['protocol', 'host', 'password', 'credential'].map(
  (name) => valuesOf(name)[0],
);

try {
  if (isOurs(`${protocol ?? ''}://${host ?? ''}`)) await answer();
} catch (error) {
  console.error(explain(error));
  console.log('quit=1'); // else git would ask a person for a password that there is none
  process.exitCode = 1;
}

/** Whether that is our server, which git names as its user wrote it: `GIT.example.org:443`. */
function isOurs(place: string): boolean {
  try {
    return new URL(place).href === `${origin}/`;
  } catch {
    return false;
  }
}

async function answer(): Promise<void> {
  const rejectedToken = credential ?? password;
  if (operation === 'get') console.log((await give()).join('\n'));
  else if (operation === 'erase' && rejectedToken) await login(300).getAccessTokenRefreshIfNecessary({ rejectedToken });
}

async function give(): Promise<string[]> {
  const flow = login(300);
  let token = await flow.getAccessTokenRefreshIfNecessary();
  const capabilities = valuesOf('capability[]');
  const given = () => `latchkey.generation=${flow.tokens.generation ?? 0}`; // which token that was, without its text
  const again = valuesOf('state[]').find((state) => state.startsWith('latchkey.'));
  if (again === given()) token = await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token });
  const lines = [`username=${decodeURIComponent(username) || 'oauth2'}`, `password=${token}`];
  const end = endOf(flow);
  if (capabilities.includes('authtype')) {
    lines.splice(0, 2, 'capability[]=authtype', 'authtype=Bearer', `credential=${token}`);
    if (capabilities.includes('state')) {
      lines.push('capability[]=state', `state[]=${given()}`);
      if (!again) lines.push('continue=1'); // after a 401 git asks again, with this state
    }
  }
  return end === undefined ? lines : [...lines, `password_expiry_utc=${end}`];
}
