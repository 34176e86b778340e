/** A login at an authorization server here, the programs that give its token away, and what those cost, counted. */
import { FakeAuthorizationServer } from '../../packages/core/dist/testing/index.js';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root, StepFailed } from '../steps.mjs';
import { executable } from '../debian-release.mjs';

const programs = path.join(root, 'examples/dist/credential-protocols');

export class Login {
  #folder;
  #server;
  #env;

  /** Starts the server, and logs in. */
  static async start(folder) {
    const options = { deviceLogins: 'approved', deviceInterval: 0.01, accessTokens: 'jwt' };
    return new Login(folder, await FakeAuthorizationServer.start(options));
  }

  constructor(folder, server) {
    this.#folder = folder;
    this.#server = server;
    const home = path.join(folder, 'home');
    for (const each of [home, path.join(folder, 'bin')]) mkdirSync(each, { recursive: true });
    const own = { ISSUER: server.issuer, CLIENT_ID: 'cli', TOKENS: path.join(folder, 'tokens'), HOME: home };
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(NODE_OPTIONS|AWS_|KUBE|DOCKER|CARGO|GIT_)/.test(name),
    );
    this.#env = { ...Object.fromEntries(inherited), ...own, PATH: `${path.join(folder, 'bin')}:${process.env.PATH}` };
  }

  get folder() {
    return this.#folder;
  }

  stop() {
    return this.#server.stop();
  }

  /** A file that starts one of the programs, and counts that. */
  program(name, file = name, args = []) {
    const runs = path.join(this.#folder, 'runs');
    const words = [process.execPath, path.join(programs, `${name}.js`), ...args].map((word) => `'${word}'`);
    return executable(path.join(this.#folder, 'bin', file), `echo ${name} >> '${runs}'\nexec ${words.join(' ')} "$@"`);
  }

  /** Whether the server takes a token. */
  async takes(token) {
    const headers = { authorization: `Bearer ${token}` };
    return token !== undefined && (await fetch(this.#server.api, { headers })).ok;
  }

  /** Logs in anew, with a token that is good for so many seconds. */
  async begin(seconds = 3600) {
    this.end();
    this.#server.configure({ expiresIn: seconds });
    const { code, output } = await this.run([process.execPath, path.join(programs, 'log-in.js')]);
    if (code !== 0) throw new StepFailed(output);
    this.#server.configure({ expiresIn: 3600 });
  }

  /** Does what a person has to do whose token was refused. */
  renew() {
    return this.run([process.execPath, path.join(programs, 'log-in.js'), 'renew']);
  }

  /** Lets nobody be logged in. */
  end() {
    rmSync(this.#env.TOKENS, { recursive: true, force: true });
  }

  /** Ends the token, as the time would. */
  expire() {
    for (const file of this.#records()) {
      const record = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...record, expires_at: Math.floor(Date.now() / 1000) - 1 }));
    }
    this.refuse();
  }

  /** Lets the server take the token no more, earlier than it had said. */
  refuse() {
    this.#server.expireAccessTokens();
  }

  #records() {
    return readdirSync(this.#env.TOKENS)
      .filter((name) => name.endsWith('.json'))
      .map((name) => path.join(this.#env.TOKENS, name));
  }

  /** Runs clients at the same time, and tells how each ended, and how often our program ran and the login was renewed. */
  async measure(commands, env = {}) {
    const runs = path.join(this.#folder, 'runs');
    rmSync(runs, { force: true });
    const renewals = this.#renewals();
    const ended = await Promise.all(commands.map((command) => this.run(command, env)));
    for (const secret of this.#server.secrets) {
      if (ended.some(({ output }) => output.includes(secret))) throw new StepFailed(`${commands[0]} shows a secret.`);
    }
    return {
      ended,
      passed: ended.filter(({ code }) => code === 0).length,
      runs: existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n').length : 0,
      renewals: this.#renewals() - renewals,
    };
  }

  #renewals() {
    return this.#server.ledger.count({ grantType: 'refresh_token' });
  }

  /** Runs a program without a terminal; one that waits for a person is ended after a minute, with all that it has started. */
  run([command, ...args], env = {}) {
    return new Promise((resolve, reject) => {
      const options = { cwd: this.#folder, env: { ...this.#env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
      const child = spawn(command, args, { ...options, detached: true });
      const timer = setTimeout(() => endGroup(child.pid), 60_000);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (output += text));
      child.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        resolve({ code: code ?? signal, output });
      });
    });
  }
}

/** Ends a process that was started detached, and what it has started: that holds its pipes, too. */
function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
