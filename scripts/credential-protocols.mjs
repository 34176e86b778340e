/**
 * Lets real clients ask the programs of `examples/credential-protocols` for a token, counts what that costs, and writes the
 * tables of docs/credential-protocols.md when all of it was as it should be: `node scripts/credential-protocols.mjs
 * [--clients FOLDER]`, which keeps what was downloaded. Debian's clients come by apt, into a folder; npm's SDK too.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { realClients } from './credential-protocols/clients.mjs';
import { Login } from './credential-protocols/login.mjs';
import { setUp } from './set-up.mjs';
import { root, run, script, StepFailed, tool } from './steps.mjs';

const page = path.join(root, 'docs/credential-protocols.md');

const wrong = [];

await script(async () => {
  const { values } = parseArgs({ options: { clients: { type: 'string' } } });
  await setUp();
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-clients-'));
  const login = await Login.start(path.join(folder, 'login'));
  try {
    const place = path.resolve(values.clients ?? path.join(folder, 'clients'));
    mkdirSync(place, { recursive: true });
    const all = await realClients(place, login);
    const rows = [];
    for (const client of all) rows.push(await row(client, login));
    const lives = await shortLives(all, login);
    if (wrong.length > 0) throw new StepFailed(wrong.join('\n'));
    writeTable(
      'clients',
      [
        'client',
        'version',
        'what it does',
        'with a token',
        '8 at once after its end',
        'refused before its end',
        'nobody logged in',
      ],
      rows,
    );
    writeTable('lives', ['client', 'left', '1 call', '5 calls'], lives);
    await run(tool('prettier/bin/prettier.cjs', '--write', page));
  } finally {
    await login.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Puts a client through all that may become of a token. */
async function row(client, login) {
  const [command, pattern, env] = client.of;
  const version = (await login.run(command, env)).output.match(pattern)?.[0] ?? '?';
  const title = `${client.name} ${version}, ${client.what}`;
  const expectThat = (holds, what, { ended }) => {
    if (!holds) wrong.push(`${title}: ${what}.\n${ended[0].output}`);
  };
  const cells = await client.with(async (command, env, sts) => {
    await login.begin();
    const present = await login.measure([command], env);
    expectThat(present.passed === 1 && present.renewals === 0, 'does not pass with a token', present);
    login.expire();
    const keys = sts?.keys ?? 0;
    const eight = await login.measure(Array(8).fill(command), env);
    expectThat(sts === undefined || sts.keys === keys + 1, 'asks for keys more than once', eight);
    expectThat(
      eight.passed === 8 && eight.renewals === 1,
      `${eight.passed} of 8 pass, ${eight.renewals} renewals`,
      eight,
    );
    login.refuse();
    const refused = await login.measure([command], env);
    const passes = client.asksAgain || sts !== undefined;
    expectThat(refused.passed === (passes ? 1 : 0), 'does something else with a refused token than before', refused);
    const after = await repaired(client, login, command, env, passes);
    expectThat(after.passed === 1, 'does not pass after log-in.js renew', after);
    login.end();
    const nobody = await login.measure([command], env);
    const told = client.hidesReason || /Log in: node/.test(nobody.ended[0].output);
    expectThat(
      nobody.passed === 0 && typeof nobody.ended[0].code === 'number' && told,
      'does not say what to do',
      nobody,
    );
    return [
      runs(present),
      `${eight.passed} pass, ${runs(eight)}, ${count(eight.renewals, 'renewal')}`,
      sts ? `not concerned: the keys live on, ${runs(refused)}` : `${passes ? 'passes' : 'fails'}, ${runs(refused)}`,
      `fails, ${runs(nobody)}${client.hidesReason ? ', hides the reason' : ''}`,
    ];
  });
  console.log([title, ...cells].join(' | '));
  return [client.name, version, client.what, ...cells];
}

/** What a person does about a token that was refused. */
async function repaired(client, login, command, env, passes) {
  if (!passes && client.name !== 'git') await login.renew();
  return login.measure([command], env);
}

/** How often clients ask that keep what they are given, when that has little time left. */
async function shortLives(clients, login) {
  const rows = [];
  for (const client of clients.filter(({ name }) => /AWS|botocore/.test(name))) {
    await client.with(async (command, env, sts) => {
      for (const life of [3600, 890, 290]) {
        sts.life = life;
        const cells = [];
        for (const CALLS of ['1', '5']) {
          await login.begin();
          sts.keys = 0;
          const asked = await login.measure([command], { ...env, CALLS });
          if (sts.keys !== 1) wrong.push(`${client.name}: ${sts.keys} keys where one was enough.`);
          cells.push(runs(asked));
        }
        rows.push([client.name, `${life} s`, ...cells]);
      }
    });
  }
  for (const client of clients.filter(({ name }) => /kubectl|cargo/.test(name))) {
    await client.with(async (command, env) => {
      for (const life of [3600, 20]) {
        await login.begin(life);
        const asked = await login.measure([command], env);
        if (asked.passed !== 1) wrong.push(`${client.name} fails with a token that lives ${life} s.`);
        rows.push([`${client.name}, ${client.what}`, life === 20 ? 'past' : `${life} s`, runs(asked), '']);
      }
    });
  }
  return rows;
}

function runs({ runs }) {
  return count(runs, 'run');
}

function count(number, what) {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Writes a table between its marks in the page. */
function writeTable(name, head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest] = readFileSync(page, 'utf8').split(start);
  writeFileSync(page, [before, start, '\n\n', lines.join('\n'), '\n\n', end, rest.split(end)[1]].join(''));
}
