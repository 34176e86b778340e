import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as core from '@latchkey/core';
import { isBuiltFromOptions } from '../../dist/flow/account-sibling.js';

type FlowClass = abstract new (options: never) => core.AuthFlow;

const root = join(import.meta.dirname, '../../../..');
const read = (...files: string[]): string => files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
const extendsClass = (value: unknown, parent: FlowClass): value is FlowClass =>
  typeof value === 'function' && value.prototype instanceof parent;

const flows = Object.values<unknown>(core).filter((value) => extendsClass(value, core.AuthFlow));
const stored = flows.filter((Flow) => extendsClass(Flow, core.StoredAuthFlow));
const grants = stored.filter(({ name }) => !name.endsWith('Simple'));
const namesOf = (classes: readonly FlowClass[]): string[] => classes.map(({ name }) => name);
const missingIn = (text: string, names: readonly string[]): string[] =>
  names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));

// What has to be done for a new flow: CONTRIBUTING.md, "How to add a flow".
describe('Every flow that is exported', () => {
  const withKey = [...namesOf(grants), 'ApiKeyFlow'];

  test('is one of the flows that are looked at here, each with its Simple', () => {
    const all = [...withKey, 'StoredAuthFlow', ...namesOf(grants).map((name) => `${name}Simple`)];
    expect(namesOf(flows).sort()).toEqual(all.sort());
    expect(grants.length).toBeGreaterThan(6);
  });

  test.each(['README.md', 'docs/flows.md'])('is named in %s', (page) => {
    expect(missingIn(read(page), withKey)).toEqual([]);
  });

  test('is named in words in the README of the package', () => {
    const list = /^Flows: (.*)\.$/m.exec(read('packages/core/README.md'))?.[1]?.toLowerCase().split(', ');
    const inWords = withKey.map((name) =>
      name
        .replace(/Flow$/, '')
        .replaceAll(/\B[A-Z]/g, ' $&')
        .toLowerCase(),
    );
    expect(list?.sort()).toEqual(inWords.sort());
  });

  test('is named among those without siblings, where its withAccount may throw', () => {
    const own = grants.filter(({ prototype }) => Object.hasOwn(prototype as object, 'withAccount'));
    expect(own.length).toBeGreaterThan(3);
    expect(missingIn(read('docs/tasks/many-accounts.md'), namesOf(own))).toEqual([]);
  });

  test('keeps the contract of auth flows, in a test that names it and its Simple', () => {
    const tests = read(
      'packages/core/test/grants/describe-grant-flows.test.ts',
      'packages/core/test/testing/describe-auth-flow.test.ts',
    );
    const loops = [...tests.matchAll(/^for \(const Flow of \[(.*)\]\)/gm)].map(([, names = '']) => names).join(', ');
    expect(missingIn(loops, namesOf(stored))).toEqual([]);
  });

  test('is among the flows that the reliability runs do harm to', () => {
    const grantsOfRuns = read('scripts/reliability/every-flow.mjs');
    expect(missingIn(grantsOfRuns.replace(/^import.*?^\} from .*?$/ms, ''), namesOf(grants))).toEqual([]);
    const faults = read('scripts/reliability/faults/login.mjs');
    const names = [...grantsOfRuns.matchAll(/^ {2}'?([\w ]+)'?: \{/gm)].map(([, name = '']) => name);
    expect(names).toHaveLength(grants.length);
    expect(names.filter((name) => !faults.includes(`grant: '${name}'`))).toEqual([]);
  });

  test('is built from options, so that withAccount runs its constructor', () => {
    expect(namesOf(stored.filter((Flow) => !isBuiltFromOptions(Flow)))).toEqual([]);
  });
});
