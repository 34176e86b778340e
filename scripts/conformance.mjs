/**
 * Lets MCP's own suite test the client of `examples/mcp`: each scenario of authorization, then a client that does
 * nothing, then clients that break one rule each, of which the suite must catch those that it can. npx fetches the suite,
 * and a Node on which it runs.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { brokenClients } from './conformance/broken-clients.mjs';
import { setUp } from './set-up.mjs';
import { root, run, script, StepFailed } from './steps.mjs';

const suite = ['npx', '--yes', '-p', 'node@22', '-p', '@modelcontextprotocol/conformance@0.1.16', 'conformance'];
const client = path.join(root, 'examples/dist/mcp/conformance-client.js');
const preload = path.join(root, 'scripts/conformance/break.mjs');
const modules = path.join(root, 'packages/core/dist');

/** What a client passes that does nothing: it logs in at no wrong place. */
const passedByNothing = ['auth/resource-mismatch'];

await script(async () => {
  await setUp();
  const { output } = await run([...suite, 'list', '--client']);
  const scenarios = [...output.matchAll(/auth\/[\w-]+/g)].map(([name]) => name);
  if (scenarios.length !== 22) throw new StepFailed(`There are ${scenarios.length} scenarios, and not 22:\n${output}`);
  const wrong = [];
  const expectAll = (what, found, expected) => {
    console.log(`${what}: ${found.length} of ${scenarios.length} passed`);
    const [missing, others] = [
      expected.filter((one) => !found.includes(one)),
      found.filter((one) => !expected.includes(one)),
    ];
    if (missing.length > 0) wrong.push(`${what} fails ${missing.join(', ')}.`);
    if (others.length > 0) wrong.push(`${what} passes ${others.join(', ')}.`);
  };
  expectAll('the client', await passed(scenarios, [client]), scenarios);
  expectAll('a client that does nothing', await passed(scenarios, ['--eval', '0']), passedByNothing);
  for (const { breaks, caughtBy, unseenBy, also, ...fault } of brokenClients) {
    const scenario = caughtBy ?? unseenBy;
    const faults = also ? [fault, also] : [fault];
    const lost = faults.find(({ file, from }) => !readFileSync(path.join(modules, file), 'utf8').includes(from));
    if (lost) {
      wrong.push(`A client that ${breaks} is not broken: ${lost.file} does not hold ${lost.from}`);
      continue;
    }
    const env = { LATCHKEY_BREAK: JSON.stringify(faults) };
    const [found] = await passed([scenario], ['--import', preload, client], env);
    const isCaught = found === undefined;
    console.log(`a client that ${breaks}: ${isCaught ? 'caught' : 'not seen'} by ${scenario}`);
    if (isCaught !== (caughtBy !== undefined))
      wrong.push(`A client that ${breaks} is ${isCaught ? '' : 'not '}caught.`);
  }
  if (wrong.length > 0) throw new StepFailed(wrong.join('\n'));
});

/** Runs scenarios against a client, and returns those that it passes. */
async function passed(scenarios, command, env) {
  const names = [];
  for (const scenario of scenarios) {
    const words = [process.execPath, ...command].map((word) => JSON.stringify(word)).join(' ');
    const { code } = await run([...suite, 'client', '--command', words, '--scenario', scenario], { env });
    if (code === 0) names.push(scenario);
  }
  return names;
}
