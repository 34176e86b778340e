import { causesOf, type ErrorLike, isErrorLike } from '../errors/error-causes.js';
import {
  AuthFlowError,
  DiscoveryError,
  type ErrorDetails,
  RefreshOutcomeUnknownError,
  TokenEndpointUnavailableError,
} from '../errors/index.js';
import { scrubError } from '../errors/scrub.js';

/** No complete answer came. */
export class NoAnswerError extends Error {
  /** Whether the request may have reached the server. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, options: { cause?: unknown; mayHaveArrived: boolean }) {
    super(message, { cause: options.cause });
    this.name = 'NoAnswerError';
    this.mayHaveArrived = options.mayHaveArrived;
  }
}

/** Says why a request came to no answer, and what that means for what was asked. */
export function noAnswer(problem: unknown, purpose: string, secrets: readonly string[]): AuthFlowError {
  const failure = findFailure(problem);
  if (failure instanceof AuthFlowError) return failure;
  const cause = scrubError(failure ?? problem, secrets);
  const about = aboutNetworkFailure(failure);
  if (failure?.mayHaveArrived && purpose === 'refresh_token') {
    const { message, remedy } = RefreshOutcomeUnknownError.defaults;
    return new RefreshOutcomeUnknownError({ message: `${message} (${cause.message})`, remedy: remedy + closes, cause });
  }
  if (!failure || about.retryable === false) {
    return new DiscoveryError({ message: `The request could not be made: ${cause.message}`, ...about, cause });
  }
  const { mayHaveArrived } = failure;
  return new TokenEndpointUnavailableError({
    message: `The authorization server gave no answer: ${cause.message}`,
    mayHaveArrived,
    ...(mayHaveArrived && { remedy: TokenEndpointUnavailableError.defaults.remedy + closes }),
    ...about,
    cause,
  });
}

/** As ejabberd refuses a password, and haproxy and Node a client certificate under TLS 1.3. */
const closes = ' If it stays so: some servers close the connection on a wrong password or client certificate.';

/** openid-client wraps some failures of a custom fetch. */
function findFailure(problem: unknown): AuthFlowError | NoAnswerError | undefined {
  return causesOf(problem).find((error) => error instanceof NoAnswerError || error instanceof AuthFlowError);
}

/** A kind of failure that ends before the first byte of a request is written. */
interface FailureKind extends ErrorDetails {
  /** What code, system call and message of the error say. */
  readonly pattern: RegExp;
}

/**
 * The kinds, in the words of Node, its resolver, OpenSSL, undici, proxy agents, Bun and Deno. Of ports, the Fetch standard
 * says more under "port blocking".
 */
const kinds: readonly FailureKind[] = [
  {
    pattern: /^bad port$|^Fetch failed: Requests to port \d+ are blocked$/,
    remedy: 'Give the server another port: fetch never connects to this one.',
    retryable: false,
  },
  {
    pattern: /^UND_ERR_INVALID_ARG invalid on\w+ method$/,
    remedy: 'Give fetch a dispatcher of the undici of this Node (process.versions.undici).',
    retryable: false,
  },
  {
    pattern: /fetch is not a function$|gave no Response$/,
    remedy: 'Let the option fetch return a new Response(), or start Node without --no-experimental-fetch.',
    retryable: false,
  },
  {
    pattern: /^CERT_(NOT_YET_VALID|HAS_EXPIRED)\b|^ERROR_IN_CERT_NOT/,
    code: 'CERTIFICATE_NOT_TRUSTED',
    remedy: 'Compare the clock of this machine with the times of the certificate; set the one, or renew the other.',
  },
  {
    pattern: /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)\b/,
    code: 'CERTIFICATE_NOT_TRUSTED',
    remedy:
      'Compare the name in the URL with those in the certificate. If they should agree, somebody may be listening.',
  },
  {
    pattern:
      /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_(CA|PURPOSE)\b|PATH_LENGTH_|(CA|EE)_\w+_TOO_|ERR_TLS_CERT_)|invalid peer certificate/,
    code: 'CERTIFICATE_NOT_TRUSTED',
    remedy:
      'If the server, or a proxy, has a certificate of a private authority, give that by NODE_EXTRA_CA_CERTS or the option ' +
      'fetch. Otherwise somebody may be listening: do not go on.',
  },
  {
    pattern: /\b(EMFILE|ENFILE)\b/,
    remedy: 'No file descriptor is left: close what is not used, or raise `ulimit -n`.',
  },
  {
    pattern: /\b(UND_ERR_(PRX|SOCKS)\w*|when HTTP Tunneling|tunneling socket|Proxy connection ended)\b/i,
    remedy: 'Ask the proxy, which gave no connection: by its log, its list of hosts, its credentials.',
  },
  {
    pattern:
      /\b(ENOTFOUND|EAI_[A-Z]+|ESERVFAIL|ENODATA|ENONAME|EREFUSED)\b|\b(getaddrinfo|query[A-Z]\w*) E[A-Z]+|dns error/,
    remedy:
      'Check how the name of the server is written, or of the proxy, and that this machine is online; then try again.',
  },
  {
    pattern:
      /\b(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)\b|\bconnect E[A-Z]+|client error \(Connect\)/,
    remedy: 'Try again later; no login is needed. If the address is that of a proxy, see that it runs.',
  },
  {
    pattern: /\b(ERR_SSL_\w+|ERR_TLS_\w+|EPROTO)\b|SSL routines|before secure TLS connection was established/i,
    remedy: 'Check the port speaks HTTPS, its TLS versions, any client certificate (option fetch).',
  },
];

/** These may also end a connection that was in use. */
const inUse = /^(\w+ )?(read|write) (?!EPROTO)|record[ _]mac|decryption|shutdown|unexpected[ _]eof|close[ _]notify/i;

/** Tells whether the words of an error mean that the request was never sent; for a fetch that cannot be watched. */
export function isNeverSent(error: unknown): boolean {
  return kindOf(error) !== undefined;
}

/** Returns what to say of a failure that another try may not mend: an unknown name, a certificate that is not trusted. */
export function aboutNetworkFailure(error: unknown): ErrorDetails {
  return kindOf(error) ?? {};
}

/** Of several addresses that were tried, each must have failed before anything was sent. */
function kindOf(error: unknown): FailureKind | undefined {
  for (const cause of causesOf(error)) {
    const several = Array.isArray(cause.errors) ? cause.errors.filter(isErrorLike) : [];
    const found = several.length === 0 ? kindOfOne(cause) : several.every(isNeverSent) ? kindOf(several[0]) : undefined;
    if (found) return found;
  }
  return undefined;
}

function kindOfOne({ code, syscall, message }: ErrorLike): FailureKind | undefined {
  const said = [code, typeof syscall === 'string' && `${syscall} ${String(code)}`, message]
    .filter((words) => typeof words === 'string')
    .join(' ');
  return inUse.test(said) ? undefined : kinds.find(({ pattern }) => pattern.test(said));
}
