import { type Answer, FakeAuthorizationServer, type FakeAuthorizationServerOptions } from '@latchkey/core/testing';

/** Public profiles of the twin's users. */
const users = [
  { id: 'u-1', email: 'ada@example.org', country_code: 'GB' },
  { id: 'u-2', email: 'bob@example.org', country_code: 'FR' },
];

/**
 * EarthScope on loopback: it logs in as its server does, tells of users to whoever has a token, and has files below
 * `/api/files`.
 */
export async function startTwin(options: FakeAuthorizationServerOptions = {}): Promise<FakeAuthorizationServer> {
  const server = await FakeAuthorizationServer.start({
    expiresIn: 28_800,
    deviceInterval: 1,
    deviceLogins: 'approved',
    rotation: 'none',
    revocation: 'json',
    clients: {
      cli: {},
      machine: { secret: 'machine-secret', authentication: ['client_secret_post'] },
    },
    ...options,
  });
  server.nextAnswers({ endpoint: 'api', times: Infinity }, ({ path }) =>
    path.startsWith('/api/user/')
      ? { name: 'user service', after: (answer) => (answer.status === 200 ? tell(answer) : undefined) }
      : undefined,
  );
  return server;
}

/** Turns the echo of a request into what the user service says to it. */
function tell(answer: Answer): Answer {
  const { sub, path, body } = JSON.parse(answer.body) as { sub: string; path: string; body: string };
  if (path === '/api/user/')
    return { ...answer, body: JSON.stringify({ user_id: sub, primary_email: 'ada@example.org' }) };
  const { ids, emails } = JSON.parse(body) as { ids: string[]; emails: string[] };
  const found = users.filter(({ id, email }) => ids.includes(id) || emails.includes(email));
  return { ...answer, body: JSON.stringify(found.map(({ id, country_code }) => ({ id, country_code }))) };
}
