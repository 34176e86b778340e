import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as installed from '@latchkey/core';
import { build } from 'esbuild';
import { createContext, runInContext } from 'node:vm';
import { fileURLToPath } from 'node:url';
import { CopiedPackages, type Core } from './copied-packages.js';

type ErrorClass = (abstract new () => Error) & { readonly name: string };

const names = Object.keys(installed).filter((name) => /Error$/.test(name)) as (keyof Core)[];
const details = { status: 400, error: 'x', names: ['x'] };

/** Makes one error of each class that is not abstract. */
function errorsOf(core: Core): Map<string, Error> {
  const made = new Map<string, Error>();
  for (const name of names) {
    const type = core[name] as unknown as new (...given: unknown[]) => Error;
    if (
      ['AuthFlowError', 'OAuthError', 'ApiError', 'CredentialsError', 'DeviceCodeError', 'RedirectError'].includes(name)
    )
      continue;
    made.set(
      name,
      ['MissingCredentialsError', 'CredentialsFileError', 'EnvironmentVariableError'].includes(name)
        ? new type(['x'], 'why')
        : name === 'ProfileDoesNotExistError'
          ? new type('x', ['y'])
          : new type(details),
    );
  }
  return made;
}

/** Which classes of one copy an error of another is of. */
function classesOf(core: Core, error: unknown): string[] {
  return names.filter((name) => error instanceof (core[name] as unknown as ErrorClass));
}

async function bundleAsScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(import.meta.resolve('@latchkey/core'))],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    minify: true, // classes get other names
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

function runScript(code: string, run: (wrapped: string) => unknown): Core {
  const module = { exports: {} };
  (run(`(function (module, exports, require) {${code}\n})`) as (...given: unknown[]) => void)(
    module,
    module.exports,
    () => ({}),
  );
  return module.exports as Core;
}

const copied = new Map<string, CopiedPackages>();
const cores = new Map<string, Core>();

const kinds = [
  'a second build',
  'the bundle',
  'a later version',
  'a CommonJS bundle',
  'another realm',
  'a reset registry',
];

beforeAll(async () => {
  copied.set('a second build', new CopiedPackages('dist'));
  copied.set('the bundle', new CopiedPackages('bundle'));
  copied.set('a later version', new CopiedPackages('later'));
  for (const [kind, packages] of copied) cores.set(kind, (await packages.copy()).core);
  const script = await bundleAsScript();
  cores.set(
    'a CommonJS bundle',
    runScript(script, (code) => globalThis.eval(code)),
  );
  const { URL, URLSearchParams, TextEncoder } = globalThis;
  const realm = createContext({ URL, URLSearchParams, TextEncoder });
  cores.set(
    'another realm',
    runScript(script, (code) => runInContext(code, realm)),
  );
  jest.resetModules();
  cores.set('a reset registry', await import('@latchkey/core'));
});
afterAll(() => {
  for (const packages of copied.values()) packages[Symbol.dispose]();
});

describe.each(kinds)('Errors of this copy and of %s', (kind) => {
  const other = (): Core => cores.get(kind) as Core;

  test('come of classes that are not the same', () => {
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) expect(other()[name]).not.toBe(installed[name]);
  });

  test('are understood in both directions as their own copy understands them', () => {
    for (const [from, to] of [
      [installed, other()],
      [other(), installed],
    ] as const) {
      for (const [name, error] of errorsOf(from)) {
        const known = classesOf(to, error);
        expect([name, known]).toEqual([name, classesOf(installed, errorsOf(installed).get(name))]);
        expect(known).toEqual(expect.arrayContaining(['AuthFlowError', name]));
      }
    }
  });

  test('do not make a class of one’s own know more than its own instances', () => {
    class Quota extends installed.TokenRequestError {}
    class OtherQuota extends other().TokenRequestError {}
    class Narrow extends Quota {}
    expect(new Quota(details)).toBeInstanceOf(Quota);
    expect(new Narrow(details)).toBeInstanceOf(Quota);
    expect(new Quota(details)).toBeInstanceOf(other().TokenRequestError);
    expect(new Quota(details)).not.toBeInstanceOf(OtherQuota);
    expect(new Quota(details)).not.toBeInstanceOf(Narrow);
    expect(new OtherQuota(details)).toBeInstanceOf(installed.TokenRequestError);
    for (const error of [...errorsOf(other()).values(), ...errorsOf(installed).values()]) {
      expect(error).not.toBeInstanceOf(Quota);
      expect(error).not.toBeInstanceOf(OtherQuota);
    }
  });
});

describe('instanceof with a class of Latchkey', () => {
  test('is false for all that is no error of it', () => {
    class Named extends Error {
      override readonly name = 'AuthFlowError';
    }
    const bare = Object.create(null) as unknown;
    const { prototype } = installed.LoginRequiredError;
    for (const value of [
      undefined,
      null,
      0,
      '',
      Symbol.iterator,
      () => 1,
      {},
      bare,
      new Named(),
      prototype,
      structuredClone(new installed.NoTokensError()),
    ]) {
      expect(value instanceof installed.LoginRequiredError).toBe(false);
    }
    expect({ constructor: installed.LoginRequiredError } instanceof installed.AuthFlowError).toBe(false);
  });
});
