import type { Link, SendOne } from './link/link.js';
import { StorageUnavailableError } from '@latchkey/core';
import type { RedisPlace } from './redis-place.js';

/** How many names Redis looks at in one step, so that nobody else waits for long. */
const names = 500;
const mostRounds = 5;

/** What the names of records match, as patterns of Redis go. */
function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]^-]/g, '\\$&')}::*`;
}

/**
 * Goes through the names of all records, a page at a time, each name once: by SCAN, at every primary. Each that is there from
 * the beginning to the end is found. What a server says of where it is means nothing to another, so after a failover it
 * begins anew.
 *
 * @throws StorageUnavailableError
 */
export async function* scanRecords(place: RedisPlace): AsyncGenerator<readonly string[]> {
  const seen = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const scan = new Scan(patternOf(place.settings.prefix));
    while (scan.goesOn) {
      const found = await place.runOnLink((link) => scan.next(link));
      const fresh = [...new Set(found)].filter((name) => !seen.has(name));
      for (const name of fresh) seen.add(name);
      if (fresh.length > 0) yield fresh;
    }
    if (scan.isWhole) return;
  }
  throw new StorageUnavailableError({
    message: `${place.id}: the connection was lost ${mostRounds} times while logins were listed.`,
    remedy:
      'Try again. If it lasts, look for a proxy on the way that has no SCAN, such as Twemproxy; no login is needed.',
  });
}

/** One walk over the primaries of one link. */
class Scan {
  readonly #pattern: string;
  #link: Link | undefined;
  #servers: readonly SendOne[] = [];
  #server = 0;
  #cursor = '0';
  goesOn = true;
  isWhole = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  async next(link: Link): Promise<readonly string[]> {
    if (!this.#link) {
      this.#link = link;
      this.#servers = await link.primaries();
    }
    const server = this.#link === link ? this.#servers[this.#server] : undefined;
    if (!server) {
      this.goesOn = false;
      return [];
    }
    const command = ['SCAN', this.#cursor, 'MATCH', this.#pattern, 'COUNT', String(names), 'TYPE', 'string'];
    const [cursor, page] = (await server(command)) as [cursor: string, page: string[]];
    this.#cursor = cursor;
    if (cursor === '0') this.#server++;
    this.isWhole = this.#server === this.#servers.length;
    this.goesOn = !this.isWhole;
    return page;
  }
}
