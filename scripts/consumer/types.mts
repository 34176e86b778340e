/** Compiled against the declarations in the tarballs, as users with strict settings do. Nothing of it runs. */
import {
  type AccessTokenOptions,
  AuthFlow,
  type AuthorizeContext,
  DeviceCodeFlow,
  type Lock,
  LoginRequiredError,
  type TokenStorage,
  TokenSet,
} from '@latchkey/core';
import { githubActionsToken, loopbackRedirect, readEnvironment, readProfile } from '@latchkey/core/node';
import { describeTokenStorage, FakeAuthorizationServer, faults, TestClock } from '@latchkey/core/testing';
import { fileLock, FileTokenStorage } from '@latchkey/storage-file';
import { redisLock, RedisTokenStorage } from '@latchkey/storage-redis';

const lock: Lock = fileLock('/tmp/tokens.json', { locking: 'lockfile' });
const storages: TokenStorage[] = [
  new FileTokenStorage('/tmp/tokens.json'),
  new RedisTokenStorage({ url: 'redis://localhost' }),
];

class OwnFlow extends DeviceCodeFlow {
  constructor() {
    super({ issuer: 'https://login.example', clientId: 'cli', lock });
  }
  protected override async loadTokens(): Promise<TokenSet | undefined> {
    return undefined;
  }
  protected override async saveTokens(tokens: TokenSet): Promise<void> {
    JSON.stringify(tokens);
  }
}

abstract class OwnGrant extends AuthFlow {
  protected override authorize({ signal }: AuthorizeContext): Promise<TokenSet> {
    return this.requestTokens('urn:example:grant', { proof: '1' }, { signal });
  }
}

export async function use(options: AccessTokenOptions): Promise<string> {
  const server = await FakeAuthorizationServer.start({ clock: new TestClock() });
  server.nextAnswers({ endpoint: 'token' }, faults.retryAfter(1));
  const flow: AuthFlow = new OwnFlow();
  flow.events.on('renewed', () => undefined);
  const response: Response = await flow.fetch(new URL('https://api.example'));
  try {
    const token: string = await flow.getAccessTokenRefreshIfNecessary(options);
    // @ts-expect-error: it is a string, not any
    token.nothing;
    return token + String(response.status) + String(flow.tokens.expiresAt?.getTime());
  } catch (error) {
    if (error instanceof LoginRequiredError) return error.remedy;
    throw error;
  }
}

// @ts-expect-error: endpoints without the one for tokens
new DeviceCodeFlow({ server: { deviceAuthorizationEndpoint: 'https://login.example/device' }, clientId: 'cli' });
// @ts-expect-error: an endpoint that is none
new DeviceCodeFlow({ server: { tokenEndpoint: 'https://login.example/token', tokenUrl: '' }, clientId: 'cli' });
// @ts-expect-error: a URL that is none
new DeviceCodeFlow({ server: { tokenEndpoint: undefined }, clientId: 'cli' });
// @ts-expect-error: an option that is none
new DeviceCodeFlow({ issuer: 'https://login.example', clientId: 'cli', colour: 'blue' });

declare global {
  /** As Bun's types have it; a function of one's own has it not. */
  namespace fetch {
    function preconnect(url: string | URL): void;
  }
}
new DeviceCodeFlow({ issuer: 'https://login.example', clientId: 'cli', fetch: (input, init) => fetch(input, init) });
githubActionsToken({ audience: 'https://login.example', fetch: async (input, init) => fetch(input, init) });

/** What has no type written out is of types that an SDK's own declarations can name. */
export const { asFetch, importTokens, introspect, logout, refresh } = new OwnFlow();

export { describeTokenStorage, loopbackRedirect, OwnGrant, readEnvironment, readProfile, redisLock, storages };
