import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

// prettier-ignore
const nodeGlobals = ['AbortController', 'AbortSignal', 'Buffer', 'Headers', 'Response', 'URL', 'URLSearchParams',
  'clearInterval', 'clearTimeout', 'console', 'fetch', 'performance', 'process', 'setImmediate', 'setInterval',
  'setTimeout'];

export default defineConfig(
  globalIgnores(['**/dist/', '**/bundle/', 'docs/api/', 'coverage/']),
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': ['error', { allow: ['warn', 'error'] }],
      'no-restricted-properties': [
        'error',
        {
          object: 'URL',
          property: 'canParse',
          message: 'Node 20 gets it wrong for letters beyond ASCII; use parseUrl.',
        },
      ],
      'no-template-curly-in-string': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        // All sources as one program: several times faster than one program for each package.
        project: 'tsconfig.sources.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // A constructor that only calls super() may be there to narrow the type of the options.
      '@typescript-eslint/no-useless-constructor': 'off',
      // `throw signal.reason` passes on what somebody else threw.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      // Loopback is plain HTTP by nature; each URL has been through secureUrl.
      '@typescript-eslint/no-deprecated': [
        'error',
        { allow: [{ from: 'package', package: 'openid-client', name: 'allowInsecureRequests' }] },
      ],
      // `async` without `await` turns a throw into a rejection, which is what an interface of promises promises.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    // A longer file needs a reason, written beside its exception.
    rules: { 'max-lines': ['error', 200] },
  },
  {
    // The public class: all that a subclass may override and an application may call, with its documents and an example.
    files: ['packages/core/src/flow/auth-flow.ts'],
    rules: { 'max-lines': ['error', 490] },
  },
  {
    files: ['packages/*/test/**/*.ts', 'examples/**/*.test.ts'],
    rules: {
      'max-lines': ['error', 400],
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])) },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  { files: ['benchmarks/**', 'scripts/**', 'examples/**', 'packages/*/test/**'], rules: { 'no-console': 'off' } },
);
