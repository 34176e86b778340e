// Serves files to `sshfs -o directport` on loopback, by OpenSSH's own server and without its encryption.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const server = createServer((socket) => {
  const sftp = spawn(process.argv[2], { stdio: ['pipe', 'pipe', 'inherit'] });
  socket.pipe(sftp.stdin);
  sftp.stdout.pipe(socket);
  socket.on('error', () => sftp.kill());
});
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
