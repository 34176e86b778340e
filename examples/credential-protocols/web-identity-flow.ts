import {
  type AuthorizeContext,
  StoredAuthFlow,
  type StoredAuthFlowOptions,
  TokenEndpointUnavailableError,
  TokenSet,
} from '@latchkey/core';

/** The `tokenEndpoint` is the address of AWS's Security Token Service, the `clientId` the role's ARN, the `account` who it is. */
export interface WebIdentityFlowOptions extends StoredAuthFlowOptions {
  /** Gives a JWT that the role trusts. */
  readonly token: () => Promise<string>;
}

/**
 * Keys of AWS for a token (`AssumeRoleWithWebIdentity`), kept and renewed like any token: by one process at a time. The access
 * token is what `credential_process` prints.
 */
export class WebIdentityFlow extends StoredAuthFlow {
  constructor(options: WebIdentityFlowOptions) {
    super(options);
  }
  protected override get options(): WebIdentityFlowOptions {
    return super.options as WebIdentityFlowOptions;
  }
  protected override get interactive(): boolean {
    return false;
  }
  protected override get credentialKind(): string {
    return 'web-identity';
  }

  protected override async authorize({ signal }: AuthorizeContext): Promise<TokenSet> {
    const { server, clientId, token } = this.options;
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: clientId,
      RoleSessionName: 'latchkey',
      WebIdentityToken: await token(),
    });
    const { ok, status, answer } = await ask(server?.tokenEndpoint ?? '', body, signal);
    const value = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1];
    const [AccessKeyId, SecretAccessKey, SessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(value);
    const Expiration = value('Expiration');
    if (!ok || !AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
      const code = value('Code') ?? '';
      const message = `STS answered ${status} ${code}.`;
      // It says the last also where it could not fetch the server's keys in time: AWS's own SDKs try again then.
      if (status >= 500 || status === 429 || /^(Throttling|IDPCommunicationError|InvalidIdentityToken)/.test(code)) {
        const remedy = 'Try again later. If it stays so, see whether the role and its provider trust this login.';
        throw new TokenEndpointUnavailableError({ status, message, remedy });
      }
      throw new Error(`${message} See whether the role trusts this login.`);
    }
    const keys = { Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration };
    return TokenSet.from({ access_token: JSON.stringify(keys), issued_at: Date.now() / 1000, expires_at: Expiration });
  }
}

/** Asks STS, and not for long, since the others wait. An outage is told as one, in which keys that are still good do. */
async function ask(url: string, body: URLSearchParams, signal: AbortSignal) {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(20_000)]);
  try {
    const response = await fetch(url, { method: 'POST', body, signal: patience, redirect: 'error' });
    return { ok: response.ok, status: response.status, answer: await response.text() };
  } catch (cause) {
    throw new TokenEndpointUnavailableError({ message: 'STS gave no answer.', cause });
  }
}
