import { type AuthorizeContext, StoredAuthFlow, type StoredAuthFlowOptions, TokenSet } from '@latchkey/core';

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
    const response = await fetch(server?.tokenEndpoint ?? '', { method: 'POST', body, signal, redirect: 'error' });
    const answer = await response.text();
    const value = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1];
    const [AccessKeyId, SecretAccessKey, SessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(value);
    const Expiration = value('Expiration');
    if (!response.ok || !AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
      throw new Error(
        `STS answered ${response.status} ${value('Code') ?? ''}. See whether the role trusts this login.`,
      );
    }
    const keys = { Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration };
    return TokenSet.from({ access_token: JSON.stringify(keys), issued_at: Date.now() / 1000, expires_at: Expiration });
  }
}
