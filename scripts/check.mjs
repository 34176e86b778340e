/**
 * `npm run check`: sets up and checks everything but the tests. `npm run check -- docs format` checks what is named;
 * `npm run lint` and `npm run typecheck` are two such names.
 */
import process from 'node:process';
import { checks } from './checks.mjs';
import { setUp } from './set-up.mjs';
import { parallel, script, StepFailed } from './steps.mjs';

await script(async () => {
  const chosen = process.argv.slice(2);
  const names = Object.keys(checks);
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new StepFailed(`There is no check "${unknown}". There are: ${names.join(', ')}.`);
  await setUp();
  await parallel((chosen.length > 0 ? chosen : names).map((name) => checks[name]));
});
