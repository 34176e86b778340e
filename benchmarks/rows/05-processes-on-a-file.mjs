import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeOf } from '../candidates/list.mjs';
import { runHerds, twoRenewals } from '../measure/herds.mjs';
import { loadCandidate } from '../measure/load-candidate.mjs';

const reference = 'bare mechanism';
const control = 'control: bare mechanism again';
const ours = ['Latchkey, file', 'Latchkey, lock file'];

/** Row 5: processes that share a file, in which the token has ended. */
export default {
  number: 5,
  title: 'Processes on one file',
  work: '8 new processes with 100 callers each share a file, whose token has ended. The server answers after 50 ms, rotates refresh tokens, and revokes the login when a used one comes back.',
  note: "The bare mechanism is candidates/bare-file.mjs: a lock file, a second look, an atomic write, and nothing else. aws and badgateway share a file as their documentation has it, and have no lock for it. google-auth-library, simple-oauth2, auth0, octokit and openid-client share nothing. msal-node shares a cache by its plugins (here its client credentials, since its own refresh tokens belong to its vendor's server); msal-node-extensions, which adds a lock, needs a compiled keychain addon and is left out. On two cores the slowest caller waits for half of the processor time of all and for the server: the first time each process runs its code for the first time, and the one that renews loads what a request needs too.",
  measure,
};

async function measure({ server, rounds, count, folder }) {
  const runs = rounds(100);
  const few = Math.min(5, runs);
  const entries = [
    { name: reference, runs, times: 2 },
    { name: control, candidate: reference, runs: Math.min(20, runs), times: 2 },
    ...ours.map((name) => ({ name, runs, times: 2 })),
    ...ours.map((name) => ({ name: beforeOf(name), runs: Math.min(20, runs), times: 2 })),
    { name: 'badgateway', runs: few },
    { name: 'aws fromSso', runs: few },
    { name: 'msal-node', runs: few, sharesLogin: false },
  ].map((entry) => ({ ...entry, job: 'onFile' }));
  const all = await runHerds({
    server,
    entries,
    processes: count(8, 3),
    callers: count(100, 5),
    prepare: async (entry) => {
      const [realm, place] = [await server.open({ delay: 50, rotates: true }), path.join(folder(), 'tokens.json')];
      (await loadCandidate(entry.candidate ?? entry.name, 'seedFile'))(realm, place, { ended: true });
      return { realm, place };
    },
    holds: (place, refreshToken) => contents(path.dirname(place)).some((text) => text.includes(refreshToken)),
  });
  return twoRenewals(all, { reference, control, ours });
}

function contents(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath ?? entry.path, entry.name), 'utf8'));
}
