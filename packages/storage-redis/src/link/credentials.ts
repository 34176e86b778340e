import { StorageUnavailableError } from '@latchkey/core';
import type { RedisCredentials, RedisServerOptions } from '../server-options.js';

type Provider = NonNullable<RedisServerOptions['credentialsProvider']>;

/**
 * Gathers who logs in, from URL and options, into one provider, since the client takes the URL alone where it names a user.
 * What a provider subscribes to ends with `life`: the client leaves it open where Redis refused it.
 */
export function gatherCredentials<T extends RedisServerOptions<unknown>>(options: T, life: AbortController): T {
  const { credentialsProvider } = options;
  const url = options.url === undefined ? undefined : new URL(options.url);
  const username = decodeURIComponent(url?.username ?? '') || options.username;
  const password = decodeURIComponent(url?.password ?? '') || options.password;
  if (!credentialsProvider && !username && !password) return options;
  if (url) Object.assign(url, { username: '', password: '' });
  return {
    ...options,
    ...(url && { url: url.href }),
    username: undefined,
    password: undefined,
    credentialsProvider: credentialsProvider
      ? lifelong(credentialsProvider, username, life)
      : {
          type: 'async-credentials-provider',
          credentials: async () => named({ ...(password && { password }) }, username),
        },
  };
}

/** `username` is for a provider that knows passwords alone. */
function lifelong(provider: Provider, username: string | undefined, life: AbortController): Provider {
  const { type } = provider;
  if (type === 'async-credentials-provider')
    return { type, credentials: () => asked(async () => texts(named(await provider.credentials(), username))) };
  return {
    type,
    onReAuthenticationError: (error) => provider.onReAuthenticationError(error),
    subscribe: (listener) =>
      asked(async () => {
        const onNext = (next: RedisCredentials): void => listener.onNext(named(next, username));
        const [credentials, subscription] = await provider.subscribe({ ...listener, onNext });
        const ending = new AbortController();
        const dispose = (): void => ending.abort();
        ending.signal.addEventListener('abort', () => subscription.dispose(), { once: true });
        life.signal.addEventListener('abort', dispose, { once: true });
        if (life.signal.aborted) dispose();
        return [texts(named(credentials, username)), { dispose }];
      }),
  };
}

function named({ username, password }: RedisCredentials, other: string | undefined): RedisCredentials {
  const name = username ?? other;
  return { ...(name !== undefined && { username: name }), ...(password !== undefined && { password }) };
}

function texts(credentials: RedisCredentials): RedisCredentials {
  if (Object.values(credentials).every((each) => typeof each === 'string')) return credentials;
  throw new TypeError('It gave a user or a password that is no text.');
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new StorageUnavailableError({
      message: 'credentialsProvider failed, so that nobody could log in to Redis.',
      remedy: 'Look at the cause, and try again; no login by a person is needed.',
      cause: new Error(String((error as Partial<Error> | undefined)?.message)), // and no more: it may hold a whole answer
    });
  }
}
