/** kubectl, at a server that has one kind of object. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { json, tokenOf, whileListening } from './listen.mjs';

/** Runs `task(command)` with a cluster behind a login, for an answer in a version of the API. */
export function withKubectl(login, command, version, certificate, task) {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Unauthorized', code: 401 };
  const verbs = ['get', 'list'];
  const answers = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    '/api/v1': {
      kind: 'APIResourceList',
      groupVersion: 'v1',
      resources: [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs }],
    },
    '/api/v1/namespaces/default/pods': { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] },
  };
  const respond = async (request, response) => {
    if (!(await login.takes(tokenOf(request)))) return json(response, status, 401);
    const { pathname } = new URL(request.url, 'https://cluster');
    json(response, answers[pathname] ?? { ...status, reason: 'NotFound', code: 404 }, answers[pathname] ? 200 : 404);
  };
  return whileListening(
    respond,
    (host) => {
      const exec = { apiVersion: `client.authentication.k8s.io/${version}`, command: login.program('kubectl') };
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'a', cluster: { server: `https://${host}`, 'certificate-authority': certificate.file } }],
        users: [{ name: 'a', user: { exec: { ...exec, interactiveMode: 'Never' } } }],
        contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
        'current-context': 'a',
      };
      const file = path.join(login.folder, `kubeconfig-${version}`);
      writeFileSync(file, JSON.stringify(config));
      return task([command, '--kubeconfig', file]);
    },
    certificate,
  );
}
