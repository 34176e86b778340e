import path from 'node:path';
import { installedSize } from '../../scripts/installed-size.mjs';
import { versionOf } from '../report/machine.mjs';
import { format, table } from '../report/table.mjs';
import { atMost } from '../report/verdict.mjs';

const here = path.join(import.meta.dirname, '..');
const packed = path.join(here, 'node_modules/.latchkey');
const packedBefore = path.join(here, 'node_modules/.latchkey-before');
const ours = [
  ['@latchkey/core'],
  ['@latchkey/core', '@latchkey/storage-file'],
  ['@latchkey/core', '@latchkey/storage-redis'],
];
const peers = [
  ['@badgateway/oauth2-client'],
  ['openid-client'],
  ['simple-oauth2'],
  ['@octokit/auth-oauth-device'],
  ['@azure/msal-node'],
  ['@aws-sdk/token-providers'],
  ['google-auth-library'],
  ['auth0'],
  ['@azure/identity'],
];

/** Row 18: what is installed. */
export default {
  number: 18,
  title: 'What is installed',
  work: 'Packages and bytes on disk that an installation without development dependencies brings, each package counted once.',
  measure,
};

async function measure() {
  const count =
    (folder, build = '') =>
    (names) => {
      const { packages, megabytes, each } = installedSize(folder, names);
      const label = names.map((name) => `${name} ${versionOf(name)}`).join(' + ') + build;
      return { row: [label, packages, format(megabytes, 2), each[0]], packages, megabytes };
    };
  const own = ours.map(count(packed));
  const before = ours.map(count(packedBefore, ', the build before'));
  const others = peers.map(count(here)).sort((a, b) => a.megabytes - b.megabytes);
  const [, { packages, megabytes }] = own;
  const rows = [...own, ...before, ...others].map(({ row }) => row);
  return {
    tables: [table(['packages asked for', 'packages installed', 'MiB', 'the largest'], rows)],
    goals: [
      atMost('core and storage-file, packages', packages, 10),
      atMost('core and storage-file', megabytes, 3, ' MiB'),
    ],
  };
}
