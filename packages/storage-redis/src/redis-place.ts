import { linkTo } from './link/open-link.js';
import { placeId } from './place-id.js';
import { RedisConnection } from './redis-connection.js';
import { readSettings, type RedisOptions, type RedisSettings } from './redis-options.js';
import { ReleaseBell } from './lease/release-bell.js';

/** One Redis as one options object describes it, shared by the storages and locks that were given that object. */
export interface RedisPlace {
  readonly id: string;
  readonly settings: RedisSettings;
  readonly connection: RedisConnection;
  readonly bell: ReleaseBell;
}

const places = new WeakMap<RedisOptions, RedisPlace>();

/** Finds or makes the place of an options object. No I/O. @throws TypeError for the caller's mistakes */
export function placeOf(options: RedisOptions): RedisPlace {
  const known = places.get(options);
  if (known) return known;
  const settings = readSettings(options);
  const id = placeId(options, settings.prefix);
  const connection = new RedisConnection(linkTo(options, settings.timeout), settings.timeout, id);
  const bell = new ReleaseBell((life) => connection.openSubscriber(life), settings.timeout);
  const place = { id, settings, connection, bell };
  places.set(options, place);
  return place;
}

/** Ends the connections of a place after what is under way. A later call opens them again. */
export async function closePlace({ connection, bell }: RedisPlace): Promise<void> {
  bell.close();
  await connection.close();
}
