import { type CallCredentials, credentials, Metadata, status } from '@grpc/grpc-js';
import { type AuthFlow, AuthFlowError, LoginRequiredError } from '@latchkey/core';

/** Credentials that add the flow's token to each call of a channel that is secured: `combineChannelCredentials(ssl, …)`. */
export function tokenCredentials(flow: AuthFlow): CallCredentials {
  return credentials.createFromMetadataGenerator((_call, callback) => {
    flow.getAccessTokenRefreshIfNecessary().then(
      (token) => callback(null, withToken(token)),
      (error: unknown) => callback(asStatus(error)),
    );
  });
}

/**
 * Makes a call with the token, and once more with another when the server does not take that one. A channel with
 * `tokenCredentials` shows the new one by itself then: leave out the metadata there, since gRPC makes no call with two tokens.
 */
export async function callWithToken<T>(flow: AuthFlow, call: (metadata: Metadata) => Promise<T>): Promise<T> {
  const token = await flow.getAccessTokenRefreshIfNecessary();
  try {
    return await call(withToken(token));
  } catch (error) {
    if ((error as { code?: unknown }).code !== status.UNAUTHENTICATED) throw error;
    return call(withToken(await flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token })));
  }
}

/** An error as gRPC knows it, by a number: any other code would be UNKNOWN, which no policy of it calls again. */
function asStatus(cause: unknown): Error {
  let code = status.UNKNOWN;
  if (cause instanceof LoginRequiredError) code = status.UNAUTHENTICATED;
  else if (cause instanceof AuthFlowError && cause.retryable) code = status.UNAVAILABLE;
  return Object.assign(new Error(cause instanceof Error ? cause.message : String(cause), { cause }), { code });
}

function withToken(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}
