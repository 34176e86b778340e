import { once } from 'node:events';
import { createServer } from 'node:net';

/** Starts what answers as a Redis without records does, which is also the one node of a cluster. */
export async function startRedisNode() {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      for (const [, command] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
        socket.write(answerTo(command));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const slots = `*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:${port}\r\n$4\r\nnode\r\n`;
  const answerTo = (command) => ({ CLUSTER: slots, GET: '$-1\r\n' })[command] ?? '+OK\r\n';
  return { url: `redis://127.0.0.1:${port}`, close: () => server.close() };
}
