/** The processes of rows 14 and 15, run once for both: the library is imported, one token got, and the end. */
import path from 'node:path';
import { beforeOf, candidates } from '../candidates/list.mjs';
import { loadCandidate } from './load-candidate.mjs';
import { nodeBinary, versionOfNode } from './node-binary.mjs';
import { wholeProcesses } from './whole-process.mjs';

export const floor = 'bare fetch';
export const secureFloor = 'bare fetch (TLS)';
export const ours = 'Latchkey';
export const before = beforeOf(ours);
export const control = 'control: Latchkey again';
const peers = [
  'openid-client',
  'badgateway',
  'simple-oauth2',
  'google-auth-library',
  'octokit',
  'aws fromSso',
  'auth0',
  'msal-node',
  'azure identity',
];
const entries = [
  { name: 'empty module' },
  { name: 'bare node:http', candidate: 'bare node:http', job: 'inMemory' },
  { name: floor, candidate: floor, job: 'inMemory' },
  { name: ours, candidate: ours, job: 'inMemory' },
  { name: control, candidate: ours, job: 'inMemory' },
  { name: before, candidate: before, job: 'inMemory' },
  ...peers.map((name) => ({ name, candidate: name, job: name.startsWith('aws') ? 'onFile' : 'inMemory' })),
  { name: secureFloor, candidate: secureFloor, job: 'inMemory' },
];
const majors = [20, 24];
let measured;

/** Which floor a candidate is compared with: the one of its own scheme. */
export const floorOf = (name) => (candidates[name]?.tls ? secureFloor : floor);

/** Peers with their floors. */
export const peerNames = peers;

/** Node version → results of all candidates, and where that Node is. */
export function firstTokens(bench) {
  return (measured ??= measure(bench));
}

async function measure({ server, rounds, folder }) {
  const all = new Map();
  for (const major of majors) {
    const node = await nodeBinary(major);
    const prepare = async ({ candidate, job }) => {
      const realm = await server.open();
      const place = path.join(folder(), 'token');
      if (job === 'onFile') (await loadCandidate(candidate, 'seedFile'))(realm, place, { ended: true });
      return { realm, place };
    };
    const run = await wholeProcesses({ server, entries, rounds: rounds(15), prepare, node });
    all.set(await versionOfNode(node), { ...run, node });
  }
  return all;
}
