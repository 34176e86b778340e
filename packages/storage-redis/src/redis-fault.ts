import { AuthFlowError, StorageUnavailableError } from '@latchkey/core';
import { type Fault, faults, ofProgram, refusals, refused, tls, unknownFault, wrongOptions } from './known-faults.js';
import { NotPrimary } from './link/link.js';

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
  const { code, cause, constructor } = Object(error) as {
    code?: unknown;
    cause?: unknown;
    constructor?: { name?: string };
  };
  if (typeof code === 'string' && /^[A-Z0-9_]+$/.test(code)) return code;
  // A client that speaks HTTP has a TypeError around what happened.
  return cause instanceof Object ? systemCode(cause) : (constructor?.name ?? 'Error');
}

function refusalIn(message: string): Fault | undefined {
  return message.startsWith('ERR ') ? (refusals.find(([words]) => words.test(message))?.[1] ?? refused) : undefined;
}

/** What stands on this side of the connection. By codes, since an error may be of another realm. */
function ownFault(code: string): Fault {
  if (/CERT|TLS|SSL|UNABLE_TO_/.test(code)) return tls;
  if (/^(Type|Range|Reference|Syntax)Error$/.test(code)) return ofProgram;
  return /^(ERR_SOCKET_BAD_PORT|ERR_INVALID_.*)$/.test(code) ? wrongOptions : unknownFault;
}
