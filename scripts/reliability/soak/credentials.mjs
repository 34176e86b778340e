/** Which flows a soak has: every grant over every storage, under both kinds of rotation, and accounts of one flow. */
import path from 'node:path';
import { MemoryTokenStorage } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { RedisTokenStorage } from '@latchkey/storage-redis';
import { createFlow, grantNames, jsonFile, telling } from '../every-flow.mjs';

const storages = ['memory', 'own hooks', 'file', 'lock file', 'Redis'];
const profiles = ['strict', 'grace'];
const siblings = 'accounts of one flow';
const kinds = storages.flatMap((storage) =>
  [...grantNames, siblings]
    .filter((grant) => grant !== siblings || storage !== 'own hooks')
    .flatMap((grant) => profiles.map((profile) => ({ storage, grant, profile }))),
);

/** Lists so many credentials, of all kinds in turn. */
export function planCredentials(count) {
  return Array.from({ length: count }, (_, n) => ({ ...kinds[n % kinds.length], name: `c${n}` }));
}

/** The storages of one process. `onSaved` is told each refresh token that was saved. */
export class Places {
  #folder;
  #onSaved;
  #storages;
  #bases = new Map();

  constructor(folder, redisUrl, onSaved) {
    this.#folder = folder;
    this.#onSaved = onSaved;
    this.#storages = {
      memory: new MemoryTokenStorage(),
      ...fileStorages(folder),
      Redis: new RedisTokenStorage({ url: redisUrl, prefix: 'soak', lease: 2 }),
    };
    for (const [name, storage] of Object.entries(this.#storages)) this.#storages[name] = telling(storage, onSaved);
  }

  /** Makes the flow of a credential; each time a new one, as programs do. */
  open({ name, storage, grant, profile }, issuers) {
    // Nobody else has what is in the memory of this process, so it is a login of its own.
    const clientId = storage === 'memory' ? `${name}-of-${process.pid}` : name;
    const options = {
      issuer: issuers[profile],
      clientId,
      headers: { 'x-process': String(process.pid) },
      timeout: 3,
      lockTimeout: 10,
    };
    if (grant === siblings) return this.#base(storage, profile, options).withAccount(name);
    if (storage !== 'own hooks') return createFlow(grant, { ...options, storage: this.#storages[storage] });
    const file = telling(jsonFile(path.join(this.#folder, `${name}.json`)), this.#onSaved);
    return createFlow(grant, { ...options, key: name, storage: file }, { ownHooks: true });
  }

  #base(storage, profile, options) {
    const id = `${storage} ${profile}`;
    const clientId = `accounts-${profile}`;
    const make = () => createFlow('client credentials', { ...options, clientId, storage: this.#storages[storage] });
    if (!this.#bases.has(id)) this.#bases.set(id, make());
    return this.#bases.get(id);
  }
}

/** Seconds for which the server with grace accepts a used refresh token: more than a flow is ever left alone. */
export const grace = 900;

/** The storages in files, by name. */
export function fileStorages(folder) {
  const open = (name, locking) => new FileTokenStorage(path.join(folder, name), { perKey: true, locking });
  return { file: open('kernel', 'kernel'), 'lock file': open('lockfile', 'lockfile') };
}
