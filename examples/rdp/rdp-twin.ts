import { type Answer, FakeAuthorizationServer, type ReceivedRequest } from '@latchkey/core/testing';

/** RDP's token endpoint on loopback: passwords that can be changed, and one session for each user. */
export class RdpTwin implements AsyncDisposable {
  /** The first refresh token of each user's session, which stands for all that grew from it. */
  readonly #sessions = new Map<string, string>();
  readonly #passwords: Map<string, string>;
  readonly server: FakeAuthorizationServer;

  private constructor(server: FakeAuthorizationServer, passwords: Readonly<Record<string, string>>) {
    this.server = server;
    this.#passwords = new Map(Object.entries(passwords));
    server.nextAnswers(
      { grantType: 'password', times: Infinity },
      {
        name: 'RDP',
        before: ({ request }) => this.#refuse(request),
        after: (answer, { request }) => this.#open(answer, request),
      },
    );
  }

  /** Starts a twin for the app key `app-key` and the service account `GE-service`. */
  static async start(passwords: Readonly<Record<string, string>>): Promise<RdpTwin> {
    const clients = {
      'app-key': { secret: '', authentication: ['client_secret_basic'] },
      'GE-service': { secret: 'service-secret', authentication: ['client_secret_post'] },
      'GE-signer': { authentication: ['private_key_jwt'] },
    } as const;
    return new RdpTwin(await FakeAuthorizationServer.start({ expiresIn: '600', clients }), passwords);
  }

  #refuse({ parameters }: ReceivedRequest): Answer | undefined {
    const { username = '', password, takeExclusiveSignOnControl } = parameters;
    if (this.#passwords.get(username) !== password) {
      return refusal(400, 'invalid_grant', 'The user name or the password is wrong.');
    }
    const session = this.#sessions.get(username);
    if (session === undefined) return undefined;
    if (takeExclusiveSignOnControl !== 'true') return refusal(401, 'access_denied', 'Session quota is reached.');
    this.server.revokeRefreshToken(session);
    return undefined;
  }

  #open(answer: Answer, { parameters }: ReceivedRequest): Answer {
    const { username = '', newPassword } = parameters;
    const tokens = JSON.parse(answer.body) as { refresh_token: string };
    if (newPassword !== undefined) this.#passwords.set(username, newPassword);
    this.#sessions.set(username, tokens.refresh_token);
    return { ...answer, body: JSON.stringify({ ...tokens, scope: 'trapi.data.read trapi.search.read' }) };
  }

  /** Ends the session of a user, so that its refresh token is refused. */
  endSession(username: string): void {
    this.server.revokeRefreshToken(this.#sessions.get(username) ?? '');
    this.#sessions.delete(username);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.stop();
  }
}

function refusal(status: number, error: string, description: string): Answer {
  const body = JSON.stringify({ error, error_description: description });
  return { status, headers: { 'content-type': 'application/json' }, body };
}
