/** git, at a server that speaks its protocol over HTTP. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { executable } from '../debian-release.mjs';
import { tokenOf, whileListening } from './listen.mjs';

/** Runs `task(command, host)` with a repository behind a server that demands a token. */
export async function withGit(login, command, version, task) {
  const repository = path.join(login.folder, `${version}.git`);
  const git = executable(
    path.join(login.folder, 'bin', `git-${version}`),
    `exec '${command}' -c safe.directory='*' -c user.name=a -c user.email=a@example.org "$@"`,
  );
  if (!existsSync(repository)) {
    const tree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
    await login.run([git, 'init', '--quiet', '--bare', repository]);
    await login.run([
      'sh',
      '-c',
      `cd '${repository}' && '${git}' hash-object -t tree -w /dev/null && '${git}' update-ref HEAD $('${git}' commit-tree -m first ${tree})`,
    ]);
  }
  const respond = async (request, response, body) => {
    if (!(await login.takes(tokenOf(request)))) {
      return response.writeHead(401, { 'www-authenticate': ['Bearer realm="git"', 'Basic realm="git"'] }).end();
    }
    const advertises = request.url.endsWith('/info/refs?service=git-upload-pack');
    const type = `application/x-git-upload-pack-${advertises ? 'advertisement' : 'result'}`;
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
    if (advertises) response.write('001e# service=git-upload-pack\n0000');
    const child = spawn(git, [
      'upload-pack',
      '--stateless-rpc',
      ...(advertises ? ['--advertise-refs'] : []),
      repository,
    ]);
    child.stdout.pipe(response);
    child.stdin
      .on('error', () => undefined)
      .end(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
  };
  return whileListening(respond, (host) => {
    const helper = login.program('git', `helper-${version}`, [`http://${host}`]);
    return task(
      [git, '-c', 'credential.helper=', '-c', `credential.helper=!'${helper}'`],
      `http://${host}/repository.git`,
    );
  });
}
