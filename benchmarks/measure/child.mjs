/** The process of one candidate in one round: `child.mjs <row> <candidate> <parameters>`. Tells its result last. */
import process from 'node:process';

const [row, candidate, parameters] = process.argv.slice(2);
const { inChild } = await import(row);
const result = await inChild(candidate, JSON.parse(parameters));
process.stdout.write(`\nRESULT ${JSON.stringify(result)}\n`, () => process.exit());
