/** Starts the authorization server in its own process, and asks it what it has seen. */
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

/** Starts it in `folder`, where its certificate is made. */
export async function startTokenServer(folder) {
  const [key, certificate] = [path.join(folder, 'tls.key'), path.join(folder, 'tls.crt')];
  const what = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes'];
  const paths = ['-keyout', key, '-out', certificate];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...what, ...paths]);
  if (made.status !== 0) throw new Error(`openssl is needed for the benchmark: ${String(made.stderr ?? made.error)}`);
  const script = path.join(import.meta.dirname, 'token-server.mjs');
  const server = spawn(process.execPath, [script, key, certificate], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port, securePort] = await new Promise((resolve, reject) => {
    server.once('exit', () => reject(new Error('The token server did not start.')));
    server.stdout.once('data', (text) => resolve(JSON.parse(text)));
  });
  const control = async (name, body) => {
    const init = { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${port}/control/${name}`, init);
    if (!response.ok) throw new Error(`The token server answered ${response.status} to ${name}.`);
    return response.json();
  };
  return {
    certificate,
    /** Opens a realm: a client with counts, a delay (ms), a lifetime (s) and a refresh token of its own. */
    async open(options = {}) {
      const realm = await control('open', options);
      return { ...realm, origin: `http://127.0.0.1:${port}`, secureOrigin: `https://127.0.0.1:${securePort}` };
    },
    /** Changes the delay or lifetime of a realm. */
    change: ({ clientId }, change) => control('change', { clientId, change }),
    /**
     * What a realm has seen: requests, those refused, discoveries, the most sockets at once,
     * whether its refresh token is alive, and what it is.
     */
    seen: ({ clientId }) => control('seen', { clientId }),
    /** Throws unless the realm has issued each of the tokens, and there is one. */
    async check({ clientId }, tokens, who) {
      const { valid } = await control('valid', { clientId, tokens });
      if (!valid || tokens.length === 0) throw new Error(`${who} gave a token that the server has not issued.`);
    },
    stop: () => server.kill(),
  };
}
