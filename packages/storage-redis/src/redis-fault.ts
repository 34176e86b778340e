import { AuthFlowError, StorageUnavailableError } from '@latchkey/core';
import { NotPrimary } from './link/link.js';

interface Fault {
  readonly means: string;
  readonly remedy?: string;
  /** By default not. */
  readonly retryable?: true;
}

/** Turns a failure into what callers handle. Redis's own text may quote what was sent, so only its code is kept. */
export function redisFault(error: unknown, place: string): Error {
  if (error instanceof AuthFlowError) return error;
  const code = replyCode(error) ?? systemCode(error);
  const message = error instanceof Error ? error.message : '';
  const { means, remedy, retryable = false } = faults[code] ?? refusalIn(message) ?? ownFault(code);
  const command = /(?:the|unknown command) [`']([a-z|]{1,30})'/i.exec(message)?.[1];
  return new StorageUnavailableError({
    message: `${place}: ${means}${command === undefined ? '' : `: ${command}`} (${code}).`,
    ...(remedy !== undefined && { remedy }),
    retryable,
    cause: Object.assign(new Error(code), { code }),
  });
}

/** The code of an error that Redis replied; `undefined` when there was no reply. */
export function replyCode(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  if (!/^[A-Z]{2,}( |$)/.test(message)) return undefined;
  if (/^UNBLOCKED|WAIT cannot be used with replica/.test(message)) return 'READONLY'; // demoted in mid-step
  if (/ACL failure|can't run this command|can't access at least one of the keys/.test(message)) return 'NOPERM';
  // Before version 7, the error inside of a script stands behind one that says so.
  const inScript = /: -([A-Z]{3,})/.exec(message)?.[1];
  return inScript !== undefined && inScript in faults ? inScript : message.split(' ', 1)[0];
}

/** The command found a server that is no longer the one to ask, so a new connection is to be made. */
export function isMisdirected(error: unknown): boolean {
  return ['READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'LOADING', 'NOREPLICAS', 'UNKNOWNPRIMARY'].includes(
    replyCode(error) ?? '',
  );
}

/** It ends by itself within moments, so that the command is to be sent again. */
export function passes(error: unknown): boolean {
  return replyCode(error) === 'TRYAGAIN' || error instanceof NotPrimary;
}

function systemCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return replyCode(error.errors[0]) ?? systemCode(error.errors[0]);
  }
  const { code, constructor } = Object(error) as { code?: unknown; constructor?: { name?: string } };
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : (constructor?.name ?? 'Error');
}

function refusalIn(message: string): Fault | undefined {
  return message.startsWith('ERR ') ? (refusals.find(([words]) => words.test(message))?.[1] ?? refused) : undefined;
}

/**
 * What stands on this side of the connection. By codes, since an error may be of another realm. A `TypeError` counts as an
 * outage: @redis/client 5.12.1 throws one where a connection ends while it opens.
 */
function ownFault(code: string): Fault {
  if (/CERT|TLS|SSL|UNABLE_TO_/.test(code)) return tls;
  return /^(ERR_SOCKET_BAD_PORT|ERR_INVALID_.*)$/.test(code) ? wrongOptions : unknownFault;
}

const unknownFault: Fault = { means: 'Redis cannot be reached, or the connection broke', retryable: true };
const tls: Fault = {
  means: 'the TLS connection is not trusted, or there is none',
  remedy: 'Check the certificate, give its CA as socket: { ca } (a cluster in defaults); rediss:// is for TLS alone.',
};
const credentials: Fault = {
  means: 'Redis refused the user or password',
  remedy: 'Check user and password; no login is needed.',
};
const wrongOptions: Fault = {
  means: 'a connection cannot be made with these options',
  remedy: 'Check the types and ranges of host, port, user and password; no login is needed.',
};
const refused: Fault = {
  means: 'Redis refused a command',
  remedy: "Look at what is special about this server, which may be a proxy, and at Redis' log; no login is needed.",
  retryable: true,
};
/** By the words of what has no code of its own. */
const refusals: readonly (readonly [RegExp, Fault])[] = [
  [
    /(unknown|unsupported) (redis )?command|command is not (available|allowed|supported)/i,
    {
      means: 'this server does not have a command that is needed',
      remedy:
        'Ask its operator for what the documentation lists, or take another: renamed commands and some proxies and hosted servers leave them out; `replicas: 0` needs no WAIT; no login is needed.',
    },
  ],
  [
    /max number of clients/,
    {
      means: 'Redis has as many clients as it takes',
      remedy: 'Raise maxclients, or see who leaves connections open, then try again; no login is needed.',
      retryable: true,
    },
  ],
  [
    /DB index|SELECT is not allowed/i,
    {
      means: 'this server has no database of that number',
      remedy: 'Give another database, by the option or in the URL; no login is needed.',
    },
  ],
  [/without any password|no password is set/, credentials],
];
const elsewhere: Fault = {
  means: 'this server cannot be written now; a failover may be under way',
  remedy: 'Try again. If it lasts, connect to the primary; no login is needed.',
  retryable: true,
};

const faults: Readonly<Record<string, Fault>> = {
  ERR_MODULE_NOT_FOUND: {
    means: 'a part of @latchkey/storage-redis is not in place',
    remedy: 'If the package was replaced meanwhile, start the program anew; no login is needed.',
  },
  TIMEOUT: {
    means: 'Redis did not answer in time',
    remedy:
      'Try again. If it never answers, see whether both sides speak TLS, or neither, and whether replicas are away (`replicas`); no login is needed.',
    retryable: true,
  },
  REPLICAS: {
    means: 'the primary has it, but too few replicas confirmed it in time',
    remedy: 'Restore the replicas and try again, or lower the option replicas; no login is needed.',
    retryable: true,
  },
  WRONGPASS: credentials,
  NOAUTH: credentials,
  NOPERM: {
    means: 'the ACL of this user does not allow what is needed',
    remedy:
      'Allow ~prefix:* &prefix:* +eval +get +set +del +pexpire +pttl +publish +subscribe +unsubscribe +wait (or set `replicas: 0`), +scan for list(), +cluster|slots +asking in a cluster, +select for a database, +client|setname for a name.',
  },
  OOM: {
    means: 'Redis is out of memory',
    remedy: 'Raise maxmemory or free some, then try again; no login is needed.',
    retryable: true,
  },
  READONLY: elsewhere,
  MASTERDOWN: elsewhere,
  CLUSTERDOWN: elsewhere,
  NOREPLICAS: {
    means: 'Redis takes no writes, since too few replicas are in reach',
    remedy: 'Restore the replicas, or lower min-replicas-to-write, then try again; no login is needed.',
    retryable: true,
  },
  LOADING: {
    means: 'Redis has just started, and is loading its data',
    remedy: 'Try again in a moment; no login is needed.',
    retryable: true,
  },
  BUSY: {
    means: "Redis is busy with somebody's script or function that does not end",
    remedy: 'Try again. If it lasts, end that: SCRIPT KILL or FUNCTION KILL; no login is needed.',
    retryable: true,
  },
  MISCONF: {
    means: 'Redis takes no writes, since it cannot save its data to disk',
    remedy: "See Redis' log and its disk, then try again; no login is needed.",
    retryable: true,
  },
  DENIED: {
    means: 'Redis is in protected mode, and answers its own machine alone',
    remedy: 'Give Redis a user with a password, or the address of this machine by bind; no login is needed.',
  },
  FAILOVER: {
    means: 'a failover is under way, or too few servers can be asked whether this one is the primary still',
    remedy: 'Try again. If it lasts, see which sentinels or nodes of the cluster are out of reach; no login is needed.',
    retryable: true,
  },
  MOVED: {
    means: 'this server is a node of a cluster, and another one has the slot of this credential',
    remedy: 'Give the option cluster in place of url; no login is needed.',
  },
  TRYAGAIN: {
    means: 'the cluster is moving the slot of this credential to another node, and has not come to an end',
    remedy: 'Try again. If it lasts, end what was begun: redis-cli --cluster fix; no login is needed.',
    retryable: true,
  },
  UNKNOWNPRIMARY: {
    means: 'the sentinels do not know a primary of this name',
    remedy: 'See whether `sentinel.name` is one that they watch, then try again; no login is needed.',
    retryable: true,
  },
  WRONGTYPE: {
    means: 'something else is stored under the name of the record or of its lock',
    remedy:
      'Give another prefix, or remove it. A login overwrites what is in the place of a record, not what is in that of a lock.',
  },
};
