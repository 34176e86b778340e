import { ReleaseBell } from './lease/release-bell.js';
import { linkTo } from './link/open-link.js';
import { RedisConnection } from './redis-connection.js';
import type { RedisOptions } from './redis-options.js';
import { isSame } from './same-options.js';

/** The connections that storages and locks of equal options use together, with how many of them do. */
export interface SharedConnection {
  readonly connection: RedisConnection;
  readonly bell: ReleaseBell;
  readonly way: RedisOptions;
  users: number;
}

const opened = new Set<SharedConnection>();

/** Joins those who use equal options already, or is the first. No I/O. `timeout` in seconds. */
export function joinConnection(options: RedisOptions, timeout: number): SharedConnection {
  // What decides where connections lead and how they behave.
  const way = { ...options, timeout, prefix: undefined, lease: undefined, replicas: undefined };
  const shared = [...opened].find((each) => isSame(each.way, way)) ?? openConnection(way, timeout);
  shared.users++;
  return shared;
}

/** Ends the connections if nobody else uses them. */
export function leaveConnection(shared: SharedConnection): void {
  if (--shared.users > 0) return;
  opened.delete(shared);
  shared.bell.close();
  shared.connection.close();
}

function openConnection(way: RedisOptions, timeout: number): SharedConnection {
  const connection = new RedisConnection(linkTo(way, timeout), timeout);
  const bell = new ReleaseBell((life) => connection.openSubscriber(life), timeout);
  const shared = { connection, bell, way, users: 0 };
  opened.add(shared);
  return shared;
}
