/** Logs in, saves and renews, and resolves to how that went: what each kind of build has to be able to do. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DeviceCodeFlowSimple, LoginRequiredError } from '@latchkey/core';
import { FakeAuthorizationServer, TestClock } from '@latchkey/core/testing';
import { FileTokenStorage } from '@latchkey/storage-file';

/** @param file - where the tokens go @param locking - as `FileTokenStorage` has it */
export async function logIn(file, locking) {
  const clock = new TestClock({ autoAdvance: true });
  const server = await FakeAuthorizationServer.start({ clock, deviceLogins: 'approved' });
  let prompts = 0;
  const open = () =>
    new DeviceCodeFlowSimple({
      issuer: server.issuer,
      clientId: 'cli',
      clock,
      storage: new FileTokenStorage(file, { locking }),
      promptUser: () => void prompts++,
    });
  try {
    const refused = await open()
      .getAccessTokenRefreshIfNecessary()
      .catch((error) => error);
    assert(refused instanceof LoginRequiredError, refused);
    assert.match(refused.name, /^(NoTokens|CredentialMismatch)Error$/); // whatever a minifier has made of the class
    const first = await open().getAccessTokenRefreshIfNecessary({ interactive: true });
    assert.equal(await open().getAccessTokenRefreshIfNecessary(), first);
    const renewed = await open().getAccessTokenRefreshIfNecessary({ rejectedToken: first });
    assert.notEqual(renewed, first);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).access_token, renewed);
    server.ledger.assertNoReuse();
  } catch (error) {
    const { code, message, remedy } = error;
    return `failed after ${prompts} prompts: ${code}: ${message} ${remedy ?? error.stack}`;
  } finally {
    await server.stop();
  }
  const marker = readFileSync(`${file}.lock`, 'utf8');
  return `logged in, saved and renewed, locked by ${marker.includes('lockfile') ? 'lock file' : 'kernel'}`;
}
