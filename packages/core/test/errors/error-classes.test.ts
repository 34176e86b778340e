import { describe, expect, test } from '@jest/globals';
import * as core from '@latchkey/core';
import {
  AuthFlowError,
  type ErrorDefaults,
  type ErrorDetails,
  LoginRequiredError,
  NoTokensError,
  OAuthError,
  TokenRequestError,
} from '@latchkey/core';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

type Plain = [name: string, defaults: ErrorDefaults];
const plain: Plain[] = Object.entries(core).flatMap(([name, type]) =>
  typeof type === 'function' && Object.hasOwn(type, 'defaults') && name !== 'AuthFlowError'
    ? [[name, (type as { defaults?: unknown }).defaults] as Plain].filter(
        ([, defaults]) => typeof defaults === 'object',
      )
    : [],
);
const said = {
  status: 400,
  error: 'invalid_grant',
  errorDescription: 'it has ended',
  suberror: 'bad_token',
  claims: '{"access_token":{}}',
  retryAfter: 7,
};

function make(type: unknown, ...given: unknown[]): OAuthError {
  return new (type as new (...given: unknown[]) => OAuthError)(...given);
}

describe('The class of an error', () => {
  test.each(plain)('%s says code, message and remedy as data of its own', (name, defaults) => {
    const type = core[name as keyof typeof core];
    expect(make(type)).toMatchObject({ name, retryable: false, ...defaults });
    expect(plain.filter(([, { code }]) => code === defaults.code)).toHaveLength(1);
    const cause = new Error('why');
    const special = { code: 'OWN', message: 'Own.', remedy: 'Do it.', retryable: !defaults.retryable, cause };
    expect(make(type, special)).toMatchObject(special);
    expect(make(type, { message: undefined, code: 'OWN' })).toMatchObject({ code: 'OWN', message: defaults.message });
  });

  test('gives its name, also when a minifier has renamed it; one of somebody else has its own', () => {
    const Renamed = Object.defineProperty(class extends NoTokensError {}, 'name', { value: 'Re' });
    expect(new Renamed().name).toBe('Re');
    Object.defineProperty(NoTokensError, 'name', { value: 'Re' });
    try {
      expect(new NoTokensError().name).toBe('NoTokensError');
    } finally {
      Object.defineProperty(NoTokensError, 'name', { value: 'NoTokensError' });
    }
  });

  test('is most of those that there are', () => {
    expect(plain.length).toBeGreaterThan(20);
  });

  test.each(
    'LoginRequiredError NoTokensError InvalidRefreshTokenError CredentialMismatchError TokenEndpointUnavailableError RefreshOutcomeUnknownError ClientRejectedError TokenRequestError DiscoveryError RevocationFailedError DeviceCodeRequestError DeviceCodeDeniedError DeviceCodeExpiredError DeviceCodePollingError AuthorizationError UnauthenticatedError UnauthorizedError'.split(
      ' ',
    ),
  )('%s keeps all that a server said, and shows nothing of what it did not say', (name) => {
    const type = core[name as keyof typeof core];
    expect(make(type, said)).toBeInstanceOf(OAuthError);
    expect({ ...make(type, said) }).toMatchObject(said);
    expect(Object.keys(make(type, { error: 'x', suberror: undefined }))).not.toContain('suberror');
    expect(make(type, { error: 'x' }).claims).toBeUndefined();
  });

  test('may be somebody else’s, in each way to say what is its own', () => {
    class Layered extends AuthFlowError {
      constructor(details: ErrorDetails = {}) {
        super({ code: 'LAYERED', message: 'Layered.', remedy: 'Peel it.', retryable: true }, details);
      }
    }
    class WithDefaults extends NoTokensError {
      static override readonly defaults = { ...NoTokensError.defaults, code: 'WITH_DEFAULTS' };
    }
    class Login extends LoginRequiredError {
      constructor(details: ErrorDetails = {}) {
        super(details, { code: 'LOGIN', message: 'Log in.', remedy: 'Now.' });
      }
    }
    class Quota extends TokenRequestError {
      static override readonly defaults = { code: 'QUOTA', message: 'No more.', remedy: 'Wait.' };
    }
    class Refused extends TokenRequestError {}
    expect(new Layered()).toMatchObject({ name: 'Layered', code: 'LAYERED', message: 'Layered.', retryable: true });
    expect(new Layered({ code: 'TOP', retryable: false })).toMatchObject({ code: 'TOP', retryable: false });
    expect(new WithDefaults({ remedy: 'Here.' })).toMatchObject({ code: 'WITH_DEFAULTS', remedy: 'Here.' });
    expect(new WithDefaults()).toBeInstanceOf(LoginRequiredError);
    expect(new Login({ message: 'Own.' })).toMatchObject({ name: 'Login', code: 'LOGIN', message: 'Own.' });
    expect(new Quota({ status: 429, remedy: 'Pay.' })).toMatchObject({ code: 'QUOTA', status: 429, remedy: 'Pay.' });
    expect(new Refused({ status: 400 })).toMatchObject({ name: 'Refused', code: 'TOKEN_REQUEST_REFUSED', status: 400 });
  });

  test.each(['es2023', 'es2020'])(
    'keeps its name when it is bundled for %s, with its syntax made short',
    async (target) => {
      const { outputFiles } = await build({
        entryPoints: [fileURLToPath(new URL('errors/index.js', import.meta.resolve('@latchkey/core')))],
        bundle: true,
        format: 'esm',
        target,
        minifySyntax: true,
        write: false,
      });
      const source = `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`;
      const bundled = (await import(source)) as Record<string, unknown>;
      for (const [name, defaults] of plain) expect(make(bundled[name])).toMatchObject({ name, ...defaults });
    },
  );
});
