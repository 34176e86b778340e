/** A program that asks the keychain one question: the library blocks, and a keychain may never answer. */

/** `fresh`: what to keep where there is nothing yet. */
export interface Question {
  readonly service: string;
  readonly account: string;
  readonly fresh?: string | undefined;
}

/** `refusal`: there is no keychain. `failure`: there is one, and it does not do it. */
export interface Answer {
  readonly secret?: string | null;
  readonly refusal?: string;
  readonly failure?: string;
}

const isMissing =
  /not provided by any|not activatable|DBUS_SESSION_BUS_ADDRESS|Failed to connect to socket|native binding/;

process.once('disconnect', () => process.kill(process.pid, 'SIGKILL')); // whoever asked is gone
process.once('message', (question: Question) => {
  const send = (answer: Answer): void => void process.send?.(answer);
  answer(question).then(
    (secret) => send({ secret }),
    (error: unknown) => {
      const { message } = error as Error;
      send(isMissing.test(message) ? { refusal: message } : { failure: message });
    },
  );
});

async function answer({ service, account, fresh }: Question): Promise<string | null> {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  // By default it falls back to a keyring of the kernel, which forgets by the next start of the machine.
  const entry = new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
  const found = await entry.getPassword();
  if (found !== null || fresh === undefined) return found;
  await entry.setPassword(fresh);
  const kept = await entry.getPassword();
  if (kept === null) throw new Error('it keeps nothing');
  return kept;
}
