/** A flow of each grant over any place for tokens, for the runs that go through all of them. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { URLSearchParams } from 'node:url';
import {
  AuthorizationCodeFlow,
  ClientCredentialsFlow,
  DeviceCodeFlow,
  JwtBearerFlow,
  PasswordFlow,
  RefreshTokenFlow,
  TokenExchangeFlow,
  TokenSet,
} from '@latchkey/core';
import { fileLock } from '@latchkey/storage-file';

const assertion = `e30.${Buffer.from('{"sub":"ada"}').toString('base64url')}.c2ln`;

const grants = {
  'client credentials': { Flow: ClientCredentialsFlow, own: () => ({ clientSecret: 'secret' }) },
  'device code': { Flow: DeviceCodeFlow, own: () => ({ promptUser: () => undefined }) },
  'refresh token': { Flow: RefreshTokenFlow, own: (options) => ({ refreshToken: () => anotherLogin(options) }) },
  'authorization code': {
    Flow: AuthorizationCodeFlow,
    own: () => ({ redirect: (start) => start('http://127.0.0.1/callback').then(follow) }),
  },
  password: { Flow: PasswordFlow, own: () => ({ username: 'ada', password: 'password-of-ada' }) },
  'JWT bearer': { Flow: JwtBearerFlow, own: () => ({ assertion }) },
  'token exchange': { Flow: TokenExchangeFlow, own: () => ({ subjectToken: 'subject-token' }) },
};

export const grantNames = Object.keys(grants);

/** Makes the flow of a grant. With `ownHooks`, it reaches its storage by hooks of its own and the option `lock`. */
export function createFlow(grant, { storage, ...options }, { ownHooks = false } = {}) {
  const { Flow, own } = grants[grant];
  const all = { ...options, ...own(options) };
  if (!ownHooks) return new Flow({ ...all, storage });
  const Chosen = withOwnHooks(Flow, storage);
  return new Chosen({ ...all, lock: storage });
}

/** Lets a storage tell the refresh token of each record that it has saved. */
export function telling(storage, onSaved) {
  return {
    id: storage.id,
    load: (key) => storage.load(key),
    save: async (key, tokens, context) => {
      await storage.save(key, tokens, context);
      onSaved(tokens.refreshToken);
    },
    delete: (key, context) => storage.delete(key, context),
    withLock: (key, task, options) => storage.withLock(key, task, options),
  };
}

/** What an application's own hooks may be: a JSON file that compares no generations, under a `fileLock`. */
export function jsonFile(file) {
  const lock = fileLock(file);
  return {
    id: file,
    load: async () => (existsSync(file) ? TokenSet.from(readFileSync(file, 'utf8')) : undefined),
    save: async (_key, tokens) => {
      writeFileSync(`${file}.new`, JSON.stringify(tokens), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    delete: async () => rmSync(file, { force: true }),
    withLock: (key, task, options) => lock.withLock(key, task, options),
  };
}

/** A class of its own for each flow, so that two of them share the place only, as two processes do. */
function withOwnHooks(Flow, place) {
  return class OwnHooksFlow extends Flow {
    loadTokens() {
      return place.load(this.key);
    }

    saveTokens(tokens, context) {
      return place.save(this.key, tokens, context);
    }

    deleteTokens(context) {
      return place.delete(this.key, context);
    }
  };
}

/** Opens an authorization URL as a browser would, and returns where the server sends it. */
async function follow(url) {
  const { headers } = await fetch(url, { redirect: 'manual' });
  return headers.get('location');
}

/** A refresh token as another program would have got it. */
async function anotherLogin({ issuer, server, clientId }) {
  const body = new URLSearchParams({ grant_type: 'password', username: 'ada', password: 'pw', client_id: clientId });
  const answer = await fetch(server?.tokenEndpoint ?? `${issuer}/token`, { method: 'POST', body });
  return (await answer.json()).refresh_token;
}
