/** One process of a herd: `herd-worker.mjs <parameters>`. At the word "go" all its callers begin at once. */
import process from 'node:process';
import { loadCandidate } from './load-candidate.mjs';

const { candidate, job, realm, place, callers } = JSON.parse(process.argv[2]);
const token = await (await loadCandidate(candidate, job))(realm, place);

process.on('message', async (word) => {
  if (word === 'later') globalThis.moveClock(2 * realm.lifetime);
  process.send(word === 'go' ? await crowd() : 'done');
});
process.once('disconnect', () => process.exit());
process.send('ready');

async function crowd() {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const [tokens, reasons] = [new Set(), new Set()];
  let [failed, slowest] = [0, 0];
  const one = async () => {
    try {
      tokens.add(await token());
    } catch (error) {
      failed++;
      reasons.add(String(error.message).slice(0, 80));
    }
    slowest = performance.now() - start;
  };
  await Promise.all(Array.from({ length: callers }, one));
  const { user, system } = process.cpuUsage(before);
  return { tokens: [...tokens], reasons: [...reasons], failed, slowest, cpu: (user + system) / 1000 };
}
