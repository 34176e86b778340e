/** Counts the commands that clients send to a Redis, by MONITOR; what scripts call inside of it is not counted. */
import { connect } from 'node:net';

/** Counts from now until `stop`. */
export async function watchCommands(port) {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  let count = 0;
  const hear = (text) => {
    const lines = (said + text).split('\r\n');
    said = lines.pop();
    count += lines.filter((line) => /^\+\d+\.\d+ \[\d+ (?!lua\])/.test(line)).length;
  };
  socket.setEncoding('latin1').on('data', hear);
  socket.on('error', () => undefined);
  await new Promise((resolve) => {
    socket.once('data', resolve);
    socket.write('MONITOR\r\n');
  });
  return {
    /** A short pause lets the last lines arrive. */
    async stop() {
      await new Promise((resolve) => setTimeout(resolve, 30));
      socket.destroy();
      return count;
    },
  };
}
