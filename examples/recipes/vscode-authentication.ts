import {
  type AccessTokenOptions,
  type AuthorizationCodeFlow,
  LoginRequiredError,
  RevocationFailedError,
} from '@latchkey/core';
import type {
  AuthenticationProvider,
  AuthenticationProviderAuthenticationSessionsChangeEvent,
  AuthenticationSession,
  EventEmitter,
} from 'vscode';

/**
 * Offers the login of a flow to extensions: `authentication.registerAuthenticationProvider(id, label, providerOf(…))`. Every window is a
 * process of its own; over a `FileTokenStorage` in `context.globalStorageUri` they share one login, and renew it once.
 *
 * @param changes - `new vscode.EventEmitter()`
 */
export function providerOf(
  flow: AuthorizationCodeFlow,
  changes: EventEmitter<AuthenticationProviderAuthenticationSessionsChangeEvent>,
): AuthenticationProvider {
  const sessionOf = (accessToken: string, scopes: readonly string[]): AuthenticationSession => {
    const { sub = 'unknown', name = sub } = (flow.tokens.idTokenClaims ?? {}) as { sub?: string; name?: string };
    return { id: flow.key, accessToken, account: { id: sub, label: name }, scopes };
  };
  const wanting = (scopes: readonly string[]): AuthorizationCodeFlow =>
    scopes.length > 0 ? flow.withScope(scopes.join(' ')) : flow;
  const session = async (scopes: readonly string[] = [], how?: AccessTokenOptions): Promise<AuthenticationSession> =>
    sessionOf(await wanting(scopes).getAccessTokenRefreshIfNecessary(how), scopes);
  const sessions = async (scopes?: readonly string[]): Promise<AuthenticationSession[]> => {
    await flow.reload().catch(() => undefined); // another window may have signed out
    try {
      return [await session(scopes)];
    } catch (error) {
      if (error instanceof LoginRequiredError) return []; // VS Code asks the person, and then calls createSession
      throw error;
    }
  };
  return {
    onDidChangeSessions: changes.event,
    getSessions: sessions,
    async createSession(scopes) {
      const [present] = await sessions(scopes);
      // Where there is one, somebody agreed to sign in again (forceNewSession): a renewal would bring the rights of before.
      if (present) await wanting(scopes).doFlow();
      const created = await session(scopes, { interactive: true });
      changes.fire({ added: [created], removed: [], changed: [] });
      return created;
    },
    async removeSession() {
      const tokens = await flow.reload(); // as they are: who signs out needs none that is good
      const removed = tokens ? [sessionOf(tokens.accessToken ?? '', [])] : [];
      await flow.logout().catch((error: unknown) => {
        if (!(error instanceof RevocationFailedError)) throw error; // signed out here all the same
      });
      changes.fire({ added: [], removed, changed: [] });
    },
  };
}
