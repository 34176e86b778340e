/**
 * Logs in, by Latchkey, at authorization servers that npm has: each is installed in the version of
 * scripts/real-servers/package.json into a temporary folder, and runs on loopback. `node scripts/real-servers.mjs [name …]`
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { setUp } from './set-up.mjs';
import { root, script, step, StepFailed } from './steps.mjs';

const own = path.join(root, 'scripts/real-servers');
const versions = JSON.parse(readFileSync(path.join(own, 'package.json'), 'utf8')).dependencies;
const renewals = 10;

await script(async () => {
  await setUp();
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-real-servers-'));
  try {
    cpSync(own, folder, { recursive: true });
    const install = ['npm', 'install', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
    await step('install real servers', install, { cwd: folder, shell: process.platform === 'win32' });
    const load = (file) => import(pathToFileURL(path.join(folder, file)).href);
    const { Site } = await load('site.mjs');
    const names = readdirSync(own, { withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.name !== 'site.mjs',
    );
    const wanted = process.argv.slice(2);
    const failed = [];
    for (const name of names.map((entry) => path.parse(entry.name)).filter(({ ext }) => ext === '.mjs')) {
      if (wanted.length > 0 && !wanted.includes(name.name)) continue;
      const { software, serve, settings = [{}] } = await load(name.base);
      for (const setting of settings) {
        const site = await Site.open();
        const which = software.map((one) => `${one} ${versions[one]}`);
        const title = [...which, ...Object.entries(setting).map((pair) => pair.join(': '))].join(', ');
        try {
          failed.push(...(await visit(title, site, await serve(site, setting))));
        } finally {
          await site.close();
        }
      }
    }
    if (failed.length > 0) throw new StepFailed(`\n${failed.join('\n')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** What a person and a program meet at a server, in this order; resolves to what was not as it should be. */
async function visit(title, site, server) {
  const latchkey = await import('@latchkey/core');
  const { DiscoveryError, LoginRequiredError, MemoryTokenStorage } = latchkey;
  const { cannot = {} } = server;
  const storage = new MemoryTokenStorage();
  const flow = new latchkey[server.flow]({
    ...server.options,
    storage,
    key: 'ada',
    promptUser: (prompt) => server.approve(prompt),
  });
  const logIn = async () => {
    if (server.flow === 'DeviceCodeFlow') return (await flow.doFlow()).accessToken;
    const { url, state } = await flow.startAuthorization();
    return (await flow.completeAuthorization(await server.approve({ url }), state)).accessToken;
  };
  const next = (token) => flow.getAccessTokenRefreshIfNecessary({ rejectedToken: token });
  const expectGood = async (token) => expect(await server.isGood(token), 'the server refuses its own token');
  let token;
  const parts = {
    async discovery() {
      if (cannot.discovery) {
        const known = { ...server.options, server: undefined, issuer: site.origin };
        const error = await caught(new latchkey.AuthorizationCodeFlow({ ...known, storage }).startAuthorization());
        expect(error instanceof DiscoveryError, `an issuer without metadata brings ${error}`);
      } else expect(server.options.issuer !== undefined, 'no issuer is given');
    },
    async login() {
      token = await logIn();
      await expectGood(token);
    },
    async [`${renewals} renewals`]() {
      const seen = new Set([token]);
      for (let count = 0; count < renewals; count++) seen.add((token = await next(token)));
      expect(seen.size === renewals + 1, `there were ${seen.size - 1} tokens`);
      await expectGood(token);
    },
    async 'a lost answer'() {
      site.loseAnswer(server.tokenPath);
      const lost = await caught(next(token));
      expect(lost?.code === 'REFRESH_OUTCOME_UNKNOWN', `a lost answer brings ${lost}`);
      expect((await storage.load('ada'))?.refreshToken !== undefined, 'the login is gone');
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const after = await caught(next(token).then((renewed) => (token = renewed)));
      const is = after === undefined ? 'goes on' : after instanceof LoginRequiredError ? 'ended' : String(after);
      expect(is === server.afterLostAnswer, `afterwards the login ${is}`);
      if (is === 'ended') token = await logIn();
      await expectGood(token);
      return `the login ${is}`;
    },
    async 'a dead token'() {
      await server.endLogins();
      const error = await caught(next(token));
      expect(error instanceof LoginRequiredError, `it brings ${error}`);
      expect((await caught(next(token)))?.code === 'INVALID_REFRESH_TOKEN', 'the second call says something else');
      token = await logIn();
      await expectGood(token);
    },
    async logout() {
      const record = await storage.load('ada');
      await flow.logout();
      expect((await storage.load('ada')) === undefined, 'the tokens stay');
      if (cannot.logout) return;
      const again = new latchkey[server.flow]({ ...server.options, storage, key: 'ada' });
      await storage.save('ada', record, {});
      const error = await caught(again.getAccessTokenRefreshIfNecessary({ rejectedToken: token }));
      expect(error instanceof LoginRequiredError, `the refresh token lives on: ${error}`);
    },
  };
  console.log(title);
  const problems = [];
  for (const [name, run] of Object.entries(parts)) {
    try {
      const said = await run();
      const reason = cannot[name] ?? said;
      console.log(`  ${name} … ${cannot[name] ? 'not by the server' : 'ok'}${reason ? `: ${reason}` : ''}`);
    } catch (error) {
      console.log(`  ${name} … FAILED: ${error.stack}`);
      problems.push(`${title}: ${name}: ${error.message}`);
    }
  }
  return problems;
}

function expect(isSo, otherwise) {
  if (!isSo) throw new Error(otherwise);
}

async function caught(promise) {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}
