/** docker's command line, at a registry behind Basic, and at a daemon that pulls from it what it is told to. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { json, tokenOf, whileListening } from './listen.mjs';

/** Runs `task(command, image, env)`. */
export function withDocker(login, command, task) {
  const digest = `sha256:${'0'.repeat(64)}`;
  const config = {
    mediaType: 'application/vnd.docker.container.image.v1+json',
    size: 2,
    digest: `sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a`,
  };
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [] });
  const respond = async (request, response) => {
    const url = request.url;
    if (url === '/_ping') return response.writeHead(200, { 'api-version': '1.45', ostype: 'linux' }).end('OK');
    if (/^\/v1\.\d+\//.test(url)) return daemon(request, response);
    if (!(await login.takes(tokenOf(request)))) {
      return response
        .writeHead(401, {
          'www-authenticate': 'Basic realm="registry"',
          'docker-distribution-api-version': 'registry/2.0',
        })
        .end();
    }
    if (url === '/v2/') return json(response, {});
    if (url.includes('/manifests/'))
      return response
        .writeHead(200, { 'content-type': type, 'docker-content-digest': digest, 'content-length': manifest.length })
        .end(request.method === 'HEAD' ? undefined : manifest);
    if (url.includes('/blobs/'))
      return response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('{}');
    response.writeHead(404).end();
  };
  const daemon = async (request, response) => {
    const url = request.url.replace(/^\/v[\d.]+/, '');
    if (url === '/info')
      return json(response, {
        IndexServerAddress: 'https://index.docker.io/v1/',
        RegistryConfig: { IndexConfigs: {} },
      });
    const auth = request.headers['x-registry-auth'];
    const { password } = auth ? JSON.parse(Buffer.from(auth, 'base64url').toString()) : {};
    if (url.startsWith('/images/create')) {
      return (await login.takes(password))
        ? json(response, { status: 'Downloaded' })
        : json(response, { message: 'unauthorized' }, 401);
    }
    json(response, { message: `no ${url}` }, 404);
  };
  return whileListening(respond, (host) => {
    login.program('docker', 'docker-credential-latchkey', [host]);
    const folder = path.join(login.folder, 'docker');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ credHelpers: { [host]: 'latchkey' } }));
    return task([command], `${host}/image:latest`, { DOCKER_CONFIG: folder, DOCKER_HOST: `tcp://${host}` });
  });
}
