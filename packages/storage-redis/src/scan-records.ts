import type { Primary, SendOne } from './link/link.js';
import type { RedisPlace } from './redis-place.js';

/** How many names Redis looks at for one answer, so that others are not kept waiting. */
const atOnce = '500';

/** Gives the names of all records of a place, each once. @throws StorageUnavailableError */
export async function* scanRecords(place: RedisPlace): AsyncGenerator<string, void> {
  const pattern = `${place.settings.prefix.replace(/[[\]*?\\^-]/g, '\\$&')}::*`;
  const given = new Set<string>();
  for (let node = 0, cursor = '0'; ;) {
    const page = await place.run('', async (primary) => {
      const send = (await allPrimaries(primary))[node];
      return send?.(['SCAN', cursor, 'MATCH', pattern, 'COUNT', atOnce]);
    });
    if (page === undefined) return;
    const [next, names] = page as [cursor: string, names: string[]];
    for (const name of names) {
      if (!given.has(name)) yield name;
      given.add(name);
    }
    cursor = next;
    if (cursor === '0') node++;
  }
}

async function allPrimaries(primary: Primary): Promise<readonly SendOne[]> {
  return (await primary.ofAll?.()) ?? [primary.send];
}
