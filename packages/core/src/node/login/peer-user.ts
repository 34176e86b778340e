import { readFileSync } from 'node:fs';
import process from 'node:process';

/** The ports of a connection to this process. */
export interface PeerConnection {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * Tells whether a connection over loopback comes from a process of this user or of root, as far as the system says: Linux does.
 * Where a browser shall go stands among its arguments, which every user of a machine can read.
 */
export function isOfThisUser(connection: PeerConnection): boolean {
  const user = process.getuid?.();
  if (user === undefined) return true;
  return ['/proc/net/tcp', '/proc/net/tcp6'].every((file) => {
    try {
      return ownersOf(connection, readFileSync(file, 'latin1')).every((owner) => [0, user].includes(owner));
    } catch {
      return true;
    }
  });
}

/** The users whose sockets are the other end of a connection, in a table such as `/proc/net/tcp`. */
export function ownersOf({ localPort = 0, remotePort = 0 }: PeerConnection, table: string): number[] {
  const [from, to] = [remotePort, localPort].map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  return rows
    .filter(([, local = '', remote = '']) => local.endsWith(from ?? '') && remote.endsWith(to ?? ''))
    .map((row) => Number(row[7]));
}
