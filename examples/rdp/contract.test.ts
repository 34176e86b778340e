import { describe, test } from '@jest/globals';
import { asOtherProcess, describeAuthFlow, describeTokenStorage } from '@latchkey/core/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rdpTokenFile } from '../dist/rdp/rdp-form.js';
import { RdpSession } from '../dist/rdp/rdp-session.js';
import { serviceAccount } from '../dist/rdp/service-account.js';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'latchkey-contract-'));

describeTokenStorage(
  'rdpTokenFile',
  { describe, test },
  {
    create: async () => rdpTokenFile(join(newFolder(), 'token.txt')),
    reopen: async (storage) => rdpTokenFile(storage.id),
    dispose: async (storage) => rmSync(dirname(storage.id), { recursive: true }),
    manyKeys: false,
  },
);

describeAuthFlow(
  'RdpSession',
  { describe, test },
  {
    async create({ server, clock }) {
      const folder = newFolder();
      const storage = rdpTokenFile(join(folder, 'token.txt'));
      const login = { username: 'GE-A-1', password: 'first-password', clientId: 'app-key' };
      const place = { server: { tokenEndpoint: server.tokenEndpoint, revocationEndpoint: `${server.issuer}/revoke` } };
      return {
        flow: () => new RdpSession({ ...login, ...place, clock, storage: asOtherProcess(storage) }),
        logIn: (flow: RdpSession) => flow.getToken(),
        dispose: async () => rmSync(folder, { recursive: true }),
      };
    },
    needsPerson: false,
  },
);

describeAuthFlow(
  'serviceAccount',
  { describe, test },
  {
    async create({ server, clock }) {
      const folder = newFolder();
      const storage = rdpTokenFile(join(folder, 'token.txt'));
      const account = { clientId: 'GE-service', clientSecret: 'service-secret' };
      const place = { server: { tokenEndpoint: server.tokenEndpoint, revocationEndpoint: `${server.issuer}/revoke` } };
      return {
        flow: () => serviceAccount({ ...account, ...place, clock, storage: asOtherProcess(storage) }),
        logIn: (flow) => flow.getAccessTokenRefreshIfNecessary(),
        dispose: async () => rmSync(folder, { recursive: true }),
      };
    },
    refreshes: false,
    needsPerson: false,
  },
);
