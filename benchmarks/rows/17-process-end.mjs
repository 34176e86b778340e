import path from 'node:path';
import { loadCandidate } from '../measure/load-candidate.mjs';
import { nodeBinary, versionOfNode } from '../measure/node-binary.mjs';
import { wholeProcesses } from '../measure/whole-process.mjs';
import { table, format } from '../report/table.mjs';
import { median, spread } from '../measure/statistics.mjs';
import { atMost, leftAt } from '../report/verdict.mjs';

const patience = 5;
const memory = [
  'bare fetch',
  'Latchkey',
  'Latchkey before',
  'google-auth-library',
  'badgateway',
  'simple-oauth2',
  'openid-client',
  'octokit',
];
const secure = ['auth0', 'msal-node', 'azure identity'];
const entries = [
  ...[...memory, ...secure].map((name) => ({ name, candidate: name, job: 'inMemory' })),
  ...['Latchkey, file', 'Latchkey before, file', 'Latchkey, lock file', 'aws fromSso'].map((name) => ({
    name,
    candidate: name,
    job: 'onFile',
  })),
  ...['Latchkey, Redis', 'Latchkey before, Redis'].map((name) => ({ name, candidate: name, job: 'onRedis' })),
  { name: 'badgateway, refresh token', candidate: 'badgateway', job: 'withRefreshToken' },
];
const ours = ['Latchkey', 'Latchkey, file', 'Latchkey, lock file', 'Latchkey, Redis'];
const floor = 'bare fetch';

/** Row 17: how soon a process ends. */
export default {
  number: 17,
  title: 'The end of the process',
  work: `A process gets a token from the server and is left to itself: milliseconds from the token until the process is gone. Those on a file and on Redis have redeemed a refresh token. After ${patience} s and more it is ended, and counts as one that does not end.`,
  note: 'On Node 20 a process that has used `fetch` lives until its HTTP parser, which is WebAssembly, has been optimized: with `--liftoff-only`, which leaves that out, a bare fetch ends as soon as on Node 24. What we do after it cannot end sooner, so that version is not judged.',
  measure,
};

async function measure(bench) {
  const tables = [];
  const goals = [];
  for (const major of [20, 24]) {
    const node = await nodeBinary(major);
    const version = await versionOfNode(node);
    const { results, failures } = await ends(bench, node);
    const lateness = (name) => spread(results.get(name).map((result) => result.lateness));
    const processor = (name) => median(results.get(name).map((result) => result.cpu ?? NaN));
    const rows = entries
      .filter(({ name }) => results.get(name).length > 0)
      .map(({ name }) => {
        const { least, middle, greatest } = lateness(name);
        return [name, ...[least, middle, greatest].map(shown), format(processor(name))];
      });
    const failed = [...failures].map(([name, why]) => `${name} failed: \`${why.slice(0, 160)}\`.`);
    tables.push(
      `Node ${version}:`,
      table(['candidate', 'minimum, ms', 'median, ms', 'maximum, ms', 'processor time, median, ms'], rows),
      ...failed,
    );
    const bare = `a bare fetch: ${format(lateness(floor).middle)} ms`;
    goals.push(
      ...ours.map((name) => {
        const [what, { middle }] = [`${name}, median, Node ${version}`, lateness(name)];
        return major === 20 ? leftAt(what, middle, ' ms', bare) : atMost(what, middle, 50, ' ms');
      }),
    );
  }
  return { tables, goals };
}

const shown = (value) => (value === Infinity ? 'does not end' : format(value));

function ends({ server, redis, rounds, folder }, node) {
  return wholeProcesses({
    server,
    entries,
    rounds: rounds(5),
    node,
    end: 'wait',
    timeout: patience,
    prepare: async ({ candidate, job }) => {
      const realm = await server.open({ rotates: candidate.startsWith('Latchkey') });
      const place = job === 'onRedis' ? redis.url : path.join(folder(), 'token');
      if (job === 'onFile') (await loadCandidate(candidate, 'seedFile'))(realm, place, { ended: true });
      if (job === 'onRedis') await (await loadCandidate(candidate, 'seedRedis'))(realm, place);
      return { realm, place };
    },
  });
}
