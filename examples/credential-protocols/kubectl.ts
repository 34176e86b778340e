/**
 * An exec plugin of kubectl and of every other client of Kubernetes, under `users[].user.exec` of a kubeconfig. The answer is in
 * the version of the API that the client names.
 */
import { explain, login } from './login.js';

/** Seconds. The client trusts the end to the second, so it is told an earlier one, at which the token is renewed. */
const margin = 30;

/** Milliseconds. Where the end is not known: without one, clients that do not ask after a 401 would keep a token for good. */
const unknown = 60_000;

try {
  const { apiVersion } = JSON.parse(process.env['KUBERNETES_EXEC_INFO'] ?? '{}') as { apiVersion?: string };
  const flow = login(2 * margin);
  const token = await flow.getAccessTokenRefreshIfNecessary();
  const end = flow.expiresAt ? flow.expiresAt.getTime() - margin * 1000 : Date.now() + unknown;
  const version = apiVersion ?? 'client.authentication.k8s.io/v1';
  const status = { token, expirationTimestamp: new Date(end).toISOString() };
  console.log(JSON.stringify({ apiVersion: version, kind: 'ExecCredential', status }));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
