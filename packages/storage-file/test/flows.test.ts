import { describe, test } from '@jest/globals';
import {
  type AuthFlow,
  ClientCredentialsFlow,
  ClientCredentialsFlowSimple,
  DeviceCodeFlow,
  DeviceCodeFlowSimple,
  type TokenStorage,
} from '@latchkey/core';
import { asOtherProcess, type AuthFlowFixture, describeAuthFlow, type FlowContext } from '@latchkey/core/testing';
import { FileTokenStorage, type Locking } from '@latchkey/storage-file';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a fixture of flows over one file; each flow opens it anew. */
function overFile<F extends AuthFlow>(
  locking: Locking,
  make: (context: FlowContext, storage: TokenStorage) => F,
  logIn: (flow: F) => Promise<unknown>,
): AuthFlowFixture<F>['create'] {
  return async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-flows-'));
    const open = (): TokenStorage => asOtherProcess(new FileTokenStorage(join(folder, 'tokens.json'), { locking }));
    return {
      flow: () => make(context, open()),
      logIn,
      dispose: async () => {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  };
}

// A flow and its Simple variant differ by their constructor alone, so that each is run over one kind of lock.
const deviceFlows = [
  ['kernel', DeviceCodeFlow],
  ['lockfile', DeviceCodeFlowSimple],
] as const;
for (const [locking, Flow] of deviceFlows) {
  const create = overFile(
    locking,
    ({ server, clock }, storage) =>
      new Flow({
        issuer: server.issuer,
        clientId: 'cli',
        clock,
        storage,
        promptUser: ({ userCode }) => {
          server.approve(userCode);
        },
      }),
    (flow) => flow.doFlow(),
  );
  describeAuthFlow(`${Flow.name} over FileTokenStorage, ${locking}`, { describe, test }, { create });
}

const programFlows = [
  ['lockfile', ClientCredentialsFlow],
  ['kernel', ClientCredentialsFlowSimple],
] as const;
for (const [locking, Flow] of programFlows) {
  const create = overFile(
    locking,
    ({ server, clock }, storage) =>
      new Flow({ issuer: server.issuer, clientId: 'machine', clientSecret: 'secret', clock, storage }),
    (flow) => flow.getAccessTokenRefreshIfNecessary(),
  );
  const title = `${Flow.name} over FileTokenStorage, ${locking}`;
  describeAuthFlow(title, { describe, test }, { create, refreshes: false, needsPerson: false });
}
