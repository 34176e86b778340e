import { describe, test } from '@jest/globals';
import { describeAuthFlow } from '@latchkey/core/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateFileLogin } from '../dist/earthscope/state-file-login.js';

describeAuthFlow(
  'StateFileLogin',
  { describe, test },
  {
    async create({ server, clock }) {
      const folder = mkdtempSync(join(tmpdir(), 'latchkey-contract-'));
      const promptUser = ({ userCode }: { userCode: string }): void => server.approve(userCode);
      const options = { issuer: server.issuer, clientId: 'cli', scope: 'openid offline_access', clock, promptUser };
      return {
        flow: () => new StateFileLogin(join(folder, 'state.json'), options),
        logIn: (flow: StateFileLogin) => flow.doFlow(),
        dispose: async () => rmSync(folder, { recursive: true }),
      };
    },
  },
);
