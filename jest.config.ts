/**
 * One configuration for the tests of every package. Jest reads it natively where Node strips types, and through ts-node
 * on Node 20.
 *
 * @jest-config-loader ts-node
 * @jest-config-loader-options {"transpileOnly": true, "compilerOptions": {"module": "CommonJS", "target": "ES2022"}}
 */
import { availableParallelism } from 'node:os';
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: '<rootDir>/scripts/jest-environment.mjs',
  // What `--conditions` of NODE_OPTIONS is for child processes: see scripts/test-published.mjs.
  testEnvironmentOptions: {
    customExportConditions: ['node', 'node-addons', process.env['LATCHKEY_CONDITION'] ?? 'default'],
  },
  testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/examples/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/bundle/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.test.json' }],
  },
  // A source imports './x.js', which is './x.ts' on disk. Other packages are imported from their dist.
  moduleNameMapper: { '^(\\.{1,2}/(?!dist/).*)\\.js$': '$1' },
  filter: '<rootDir>/scripts/jest-sqlite-filter.cjs',
  reporters: ['default', '<rootDir>/scripts/jest-count-reporter.mjs'],
  // Many tests wait for processes and servers, so that two cores carry three workers.
  maxWorkers: Math.max(3, availableParallelism() - 1),
  // Module graphs of finished files stay in a worker. One that has grown to 1.6 GB takes longer to end than jest waits.
  workerIdleMemoryLimit: '900MB',
  // Ends what hangs; what is only slow on a busy machine goes on.
  testTimeout: 240_000,
};

export default config;
