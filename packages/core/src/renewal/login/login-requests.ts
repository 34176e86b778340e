import type { CredentialState } from '../credential-state.js';
import { noteUnderWay } from '../settled.js';

/** Logins that have not ended, by their credential: few have one. */
const logins = new WeakMap<CredentialState, Set<Promise<unknown>>>();

/** Notes a login until its tokens are saved, or it has failed. */
export function noteLogin<T>(credential: CredentialState, login: Promise<T>): Promise<T> {
  const unended = logins.get(credential) ?? new Set();
  const end = (): unknown => unended.delete(login);
  logins.set(credential, unended.add(login));
  login.then(end, end);
  return login;
}

/** Notes a token request of a login: what it brings exists nowhere else until that login has ended. */
export function noteLoginRequest<T>(credential: CredentialState, request: Promise<T>): Promise<T> {
  void noteUnderWay(request.then(() => Promise.allSettled(logins.get(credential) ?? new Set<never>())));
  return request;
}
