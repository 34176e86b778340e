import { describe, expect, test } from '@jest/globals';
import {
  type AuthFlowError,
  ClientCredentialsFlow,
  DiscoveryError,
  RefreshOutcomeUnknownError,
  RefreshTokenFlow,
  TokenEndpointUnavailableError,
} from '@latchkey/core';

type Fields = Readonly<Record<string, unknown>>;

const errorOf = (message: string, fields: Fields = {}): Error => Object.assign(new Error(message), fields);

/** As fetch wraps what happened. */
const failed = (cause: unknown): Error => new TypeError('fetch failed', { cause });

/** As Node says that a system call failed. */
const systemError = (syscall: string, code: string): Error => errorOf(`${syscall} ${code}`, { syscall, code });

const server = { tokenEndpoint: 'https://as.example/token' };

/** What a refresh comes to by a fetch that nobody can watch, and that fails so. */
async function refreshWith(failure: unknown): Promise<AuthFlowError> {
  const fetch = (): Promise<never> => Promise.reject(failure);
  const flow = new RefreshTokenFlow({ server, clientId: 'app', refreshToken: 'rt-1', fetch });
  return flow.refresh().then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: unknown) => error as AuthFlowError,
  );
}

/** Failures before anything was sent, as Node, undici, proxy agents, node-fetch, Bun and Deno say them. */
const neverSent: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'the look-up of a name': {
    ENOTFOUND: failed(systemError('getaddrinfo', 'ENOTFOUND')),
    EAI_AGAIN: failed(systemError('getaddrinfo', 'EAI_AGAIN')),
    'ENOTFOUND in a copy': errorOf('no', { code: 'ENOTFOUND' }),
    EAI_FAIL: errorOf('no', { code: 'EAI_FAIL' }),
    ESERVFAIL: failed(errorOf('queryA ESERVFAIL as.example', { code: 'ESERVFAIL', syscall: 'queryA' })),
    ETIMEOUT: failed(errorOf('queryA ETIMEOUT as.example', { code: 'ETIMEOUT', syscall: 'queryA' })),
    'node-fetch': errorOf('request to https://as.example/token failed, reason: getaddrinfo ENOTFOUND as.example'),
    Deno: failed(errorOf('error sending request for url: client error (Connect): dns error: failed to lookup')),
  },
  connecting: {
    ECONNREFUSED: failed(systemError('connect', 'ECONNREFUSED')),
    EHOSTUNREACH: failed(errorOf('no', { code: 'EHOSTUNREACH' })),
    ENETUNREACH: failed(systemError('connect', 'ENETUNREACH')),
    ENETDOWN: errorOf('no', { code: 'ENETDOWN' }),
    EADDRNOTAVAIL: failed(systemError('connect', 'EADDRNOTAVAIL')),
    EPERM: failed(errorOf('operation not permitted', { code: 'EPERM', syscall: 'connect' })),
    ETIMEDOUT: failed(systemError('connect', 'ETIMEDOUT')),
    'ETIMEDOUT in a copy': errorOf('failed, reason: connect ETIMEDOUT 192.0.2.1:443', { code: 'ETIMEDOUT' }),
    undici: failed(errorOf('Connect Timeout Error', { code: 'UND_ERR_CONNECT_TIMEOUT' })),
    Bun: errorOf('ECONNREFUSED: Unable to connect. Is the computer able to access the url?', { code: 'ECONNREFUSED' }),
    Deno: failed(errorOf('client error (Connect): tcp connect error: Connection refused (os error 111)')),
  },
  'several addresses': {
    'ETIMEDOUT and no route': failed(
      Object.assign(new AggregateError([systemError('connect', 'ETIMEDOUT'), systemError('connect', 'ENETUNREACH')]), {
        code: 'ETIMEDOUT',
      }),
    ),
    'all of them refused': new AggregateError([
      systemError('connect', 'ECONNREFUSED'),
      errorOf('connect ECONNREFUSED'),
    ]),
  },
  'a proxy': {
    undici: failed(errorOf('Proxy response (407) !== 200 when HTTP Tunneling', { code: 'UND_ERR_ABORTED' })),
    UND_ERR_PRX_TLS: failed(errorOf('Proxy Connection Error', { code: 'UND_ERR_PRX_TLS' })),
    'https-proxy-agent': errorOf('Proxy connection ended before receiving CONNECT response'),
    'tunnel-agent': errorOf('tunneling socket could not be established, statusCode=407'),
  },
  'the TLS handshake': {
    EPROTO: failed(errorOf('write EPROTO 8:error:0A000410:SSL routines::alert handshake failure', { code: 'EPROTO' })),
    'EPROTO of write': failed(systemError('write', 'EPROTO')),
    ERR_SSL: failed(errorOf('wrong version number', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' })),
    ERR_TLS: failed(errorOf('TLS handshake timed out', { code: 'ERR_TLS_HANDSHAKE_TIMEOUT' })),
    reset: failed(
      errorOf('Client network socket disconnected before secure TLS connection was established', {
        code: 'ECONNRESET',
      }),
    ),
    Bun: errorOf('EPROTO: The TLS handshake failed. Does the server speak TLS on this port?', { code: 'EPROTO' }),
    Deno: failed(errorOf('client error (Connect): tls handshake eof')),
  },
  'a certificate': Object.fromEntries(
    [
      'CERT_NOT_YET_VALID CERT_HAS_EXPIRED CERT_REVOKED CERT_UNTRUSTED CRL_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY INVALID_PURPOSE',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE ERR_TLS_CERT_ALTNAME_INVALID HOSTNAME_MISMATCH INVALID_CA EE_KEY_TOO_SMALL',
    ].flatMap((codes) => codes.split(' ').map((code) => [code, failed(errorOf('no', { code }))])),
  ),
  descriptors: {
    EMFILE: failed(systemError('connect', 'EMFILE')),
    ENFILE: failed(systemError('socket', 'ENFILE')),
    'EMFILE of a file': errorOf('EMFILE: too many open files', { code: 'EMFILE', syscall: 'open' }),
  },
};

const mayHaveArrived: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  'an error without words': failed(new Error('')),
  'a reset': failed(systemError('read', 'ECONNRESET')),
  'a pipe that ended': failed(systemError('write', 'EPIPE')),
  'a host that vanished in between': failed(systemError('read', 'EHOSTUNREACH')),
  'a network that vanished in between': failed(errorOf('write ENETUNREACH', { code: 'ENETUNREACH' })),
  'silence of a connection': failed(systemError('read', 'ETIMEDOUT')),
  'a time-out of whatever': errorOf('timed out', { code: 'ETIMEDOUT' }),
  'undici’s other side': failed(errorOf('other side closed', { code: 'UND_ERR_SOCKET' })),
  'undici’s wait for an answer': failed(errorOf('Headers Timeout Error', { code: 'UND_ERR_HEADERS_TIMEOUT' })),
  'a record of TLS that was spoilt': failed(errorOf('no', { code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' })),
  'a record that an alert tells of': failed(errorOf('no', { code: 'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC' })),
  'a record that cannot be read': failed(errorOf('no', { code: 'ERR_SSL_DECRYPTION_FAILED' })),
  'such a record, in words': failed(errorOf('SSL routines::decryption failed or bad record mac', { code: 'EPROTO' })),
  'an end of TLS without a word': failed(errorOf('no', { code: 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING' })),
  'such an end, in words': failed(errorOf('SSL routines::unexpected eof while reading')),
  'an end of TLS': failed(errorOf('no', { code: 'ERR_SSL_APPLICATION_DATA_AFTER_CLOSE_NOTIFY' })),
  'one address of several': new AggregateError([
    systemError('connect', 'ECONNREFUSED'),
    systemError('read', 'ECONNRESET'),
  ]),
  'one address, whatever its sum says': Object.assign(new AggregateError([systemError('read', 'ECONNRESET')]), {
    code: 'ECONNREFUSED',
  }),
  'Deno’s end': failed(errorOf('client error (SendRequest): connection closed before message completed')),
};

describe('a fetch that cannot be watched', () => {
  describe.each(Object.entries(neverSent))('has sent nothing where it fails by %s', (_class, failures) => {
    test.each(Object.entries(failures))('in the words of %s', async (_name, failure) => {
      expect(await refreshWith(failure)).toMatchObject({
        constructor: TokenEndpointUnavailableError,
        mayHaveArrived: false,
        retryable: true,
        cause: { message: expect.stringMatching(/./) },
      });
    });
  });

  test.each(Object.entries(mayHaveArrived))('may have sent something where it fails by %s', async (_name, failure) => {
    expect(await refreshWith(failure)).toMatchObject({
      constructor: RefreshOutcomeUnknownError,
      message: expect.stringMatching(/ replaced it\. \(.+\)$/),
      remedy: expect.stringContaining('some servers close the connection'),
    });
  });

  test.each([
    ['undefined', undefined],
    ['what it read already', { access_token: 'at-1' }],
    ['the answer of another client', { status: 200, headers: {}, data: {} }],
  ])('is no outage where it gives %s', async (_what, given) => {
    const fetch = (): Promise<Response> => Promise.resolve(given as unknown as Response);
    const client = { server, clientId: 'app', fetch };
    await expect(new ClientCredentialsFlow(client).getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      constructor: DiscoveryError,
      message: expect.stringContaining('The option fetch gave no Response'),
      remedy: expect.stringContaining('new Response'),
    });
    const refresh = new RefreshTokenFlow({ ...client, refreshToken: 'rt-1' }).refresh();
    await expect(refresh).rejects.toMatchObject({
      constructor: RefreshOutcomeUnknownError,
      message: expect.stringContaining('(The option fetch gave no Response)'),
    });
  });

  test.each([
    [
      'the name',
      failed(systemError('getaddrinfo', 'ENOTFOUND')),
      /how the name of the server is written, or of the proxy/,
    ],
    ['whoever is asked first', systemError('connect', 'ECONNREFUSED'), /address is that of a proxy/],
    ['the proxy', errorOf('tunneling socket could not be established'), /Ask the proxy/],
    ['descriptors', systemError('connect', 'EMFILE'), /ulimit -n/],
    ['the port', errorOf('', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }), /speaks HTTPS/],
    ['the clock', errorOf('', { code: 'CERT_NOT_YET_VALID' }), /clock of this machine/],
    ['the clock at its end', errorOf('', { code: 'CERT_HAS_EXPIRED' }), /clock of this machine/],
    ['the host', errorOf('', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), /name in the URL/],
    ['the authority', errorOf('', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), /NODE_EXTRA_CA_CERTS/],
  ])('leads to %s', async (_what, failure, remedy) => {
    expect((await refreshWith(failure)).remedy).toMatch(remedy);
  });

  test('is no outage where undici refuses what the fetch of this Node hands it', async () => {
    const failure = errorOf('invalid onRequestStart method', { code: 'UND_ERR_INVALID_ARG' });
    expect(await refreshWith(failed(failure))).toMatchObject({
      constructor: DiscoveryError,
      retryable: false,
      remedy: expect.stringContaining('process.versions.undici'),
    });
  });

  test('is told on one line: OpenSSL ends its own with a break', async () => {
    const failure = errorOf('8:error:0A000410:SSL routines::alert handshake failure\n', { code: 'EPROTO' });
    const { message } = await refreshWith(failed(failure));
    expect(message).toContain('alert handshake failure');
    expect(message).not.toMatch(/\n/);
  });
});

test('a process without fetch is no outage', async () => {
  const { fetch } = globalThis;
  try {
    Reflect.deleteProperty(globalThis, 'fetch');
    for (const where of [
      { server: { tokenEndpoint: 'http://127.0.0.1:6001/token' } },
      { issuer: 'http://127.0.0.1:6001' },
    ]) {
      const flow = new ClientCredentialsFlow({ ...where, clientId: 'm', clientSecret: 'machine-secret' });
      await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
        constructor: DiscoveryError,
        retryable: false,
        remedy: expect.stringContaining('--no-experimental-fetch'),
      });
    }
  } finally {
    globalThis.fetch = fetch;
  }
});

describe('a port that fetch blocks', () => {
  test.each([
    ['the token endpoint', { server: { tokenEndpoint: 'http://127.0.0.1:6000/token' } }],
    ['the issuer', { issuer: 'http://127.0.0.1:10080' }],
  ])('is the caller’s mistake, and never an outage: %s', async (_what, where) => {
    const client = { clientId: 'm', clientSecret: 'machine-secret' };
    expect(() => new ClientCredentialsFlow({ ...where, ...client })).toThrow(TypeError);
    // A stand-in for fetch may know no such rule, so what is given is tried.
    const flow = new ClientCredentialsFlow({ ...where, ...client, fetch: (input, init) => fetch(input, init) });
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toMatchObject({
      constructor: DiscoveryError,
      retryable: false,
      message: expect.stringContaining('bad port'),
      remedy: expect.stringContaining('another port'),
    });
  });
});
