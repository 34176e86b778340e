/** Stands before a Redis, and counts what passes: commands, and round trips (a request that waits for an answer). */
import { connect, createServer } from 'node:net';

/** Listens on a free port of loopback, in front of `port`. */
export async function countingProxy(port) {
  let roundTrips = 0;
  let commands = [];
  const sockets = new Set();
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    let isWaiting = false;
    for (const socket of [client, server]) sockets.add(socket.on('error', () => socket.destroy()));
    client.on('data', (bytes) => {
      commands.push(...namesIn(bytes.toString('latin1')));
      if (!isWaiting) roundTrips++;
      isWaiting = true;
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      isWaiting = false;
      client.write(bytes);
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${proxy.address().port}`,
    forget: () => ([roundTrips, commands] = [0, []]),
    counts: () => ({ roundTrips, commands: [...commands] }),
    close: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The first word of each command: an array of strings, as clients send them. */
function namesIn(text) {
  return [...text.matchAll(/\*\d+\r\n\$\d+\r\n([A-Za-z]+)\r\n/g)].map(([, name]) => name.toUpperCase());
}
