// Runs the programs that it is told of, each a class of flow and its options, and tells what each call brought.
import * as core from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { createInterface } from 'node:readline';

let running;

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { name, call, program, path, perKey } = JSON.parse(line);
  if (running?.name !== name) {
    const storage = new FileTokenStorage(path, { perKey });
    running = { name, flow: new core[program.flow]({ ...program.options, storage }) };
  }
  const outcome = await running.flow.getAccessTokenRefreshIfNecessary().then(
    (token) => ({ token }),
    ({ code, remedy }) => ({ code, remedy }),
  );
  console.log(`${call} ${JSON.stringify(outcome)}`);
});
