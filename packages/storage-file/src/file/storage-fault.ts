import { AuthFlowError, StorageUnavailableError } from '@latchkey/core';

/**
 * Returns the name of a system error, such as `ENOSPC`. libuv has none for some, `EDQUOT` and `ESTALE` among them: those come
 * as "Unknown system error -122", and `E122` is what one is called whose name Node does not know either.
 */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string') return undefined;
  const number = /^Unknown system error -(\d+)$/.exec(code)?.[1];
  if (number === undefined) return code;
  const names = Object.entries(process.getBuiltinModule('node:os').constants.errno);
  return names.find(([, each]) => each === Number(number))?.[0] ?? `E${number}`;
}

/**
 * Tells whether a file that is open is gone: so it can be on a folder that others reach by another way, when they have
 * removed or replaced it.
 */
export function isGoneMeanwhile(error: unknown): boolean {
  return ['ENOENT', 'ESTALE'].includes(codeOf(error) ?? '');
}

/** Turns a failed system call on `path` into what callers handle; errors of Latchkey pass through. */
export function storageFault(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (error instanceof AuthFlowError || code === undefined || !/^E([A-Z0-9]+|RR_ACCESS_DENIED)$/.test(code))
    return error;
  const mayPass = process.platform === 'win32' && /^E(PERM|ACCES)$/.test(code); // a scanner has it for a moment
  const { means, remedy, retryable = mayPass } = faults[code] ?? unknownFault;
  return new StorageUnavailableError({
    message: `${path}: ${means} (${code}).`,
    ...(remedy !== undefined && { remedy }),
    retryable,
    cause: bareCause(error, code),
  });
}

/** Says that what stands at `path` cannot hold tokens; somebody has to change that. */
export function unusableFile(path: string, means: string, remedy: string): StorageUnavailableError {
  return new StorageUnavailableError({ message: `${path}: ${means}.`, remedy, retryable: false });
}

/** Says that a folder stands where a file is meant. */
export function isFolder(path: string): StorageUnavailableError {
  return unusableFile(path, folderForFile.means, folderForFile.remedy);
}

/** The cause without its message, which is nobody's to vouch for. */
export function bareCause(error: unknown, code: string): Error {
  const syscall = (error as NodeJS.ErrnoException).syscall;
  return Object.assign(new Error(syscall === undefined ? code : `${code} in ${syscall}`), { code });
}

interface Fault {
  readonly means: string;
  readonly remedy?: string;
  /** By default not. */
  readonly retryable?: true;
}

const unknownFault: Fault = { means: 'cannot be read or written', retryable: true };
const full: Fault = {
  means: 'there is no space left',
  remedy: 'Free space there, or numbers of files (df -i), or raise the quota, and try again; no login is needed.',
  retryable: true,
};
const forbidden: Fault = {
  means: 'this user may not read and write here',
  remedy:
    'Give this user the file and its folder (a run as root may have left files of its own), or store the tokens elsewhere.',
};
const link: Fault = {
  means: 'is, or lies behind, a symbolic link that is not followed',
  remedy: 'Give the path of the file itself, or replace the link by the file.',
};
const noFile: Fault = {
  means: 'is no regular file, or lies below one',
  remedy: 'Move away what stands there, or give another path.',
};
const folderForFile = {
  means: 'is a folder, and a file is meant',
  remedy: 'Give it as { folder }, or the path of a file.',
};
const tooMany: Fault = {
  means: 'too many files are open',
  remedy: 'Raise the limit of open files (ulimit -n), or look for what leaves files open.',
  retryable: true,
};

const faults: Readonly<Record<string, Fault>> = {
  ERR_ACCESS_DENIED: {
    means: 'node --permission does not let this program read and write here',
    remedy: 'Give it --allow-fs-read and --allow-fs-write of the folder.',
  },
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: {
    means: 'this process may not write a file of that size',
    remedy: 'Raise the limit of the size of files (ulimit -f), and try again; no login is needed.',
    retryable: true,
  },
  EACCES: forbidden,
  EPERM: {
    means: 'the file system does not allow that, whoever asks',
    remedy:
      'Look whether the file or its folder is immutable or append-only (lsattr), or store the tokens elsewhere; no login is needed.',
  },
  ENOENT: {
    means: 'is not there, or its folder is not',
    remedy: 'Look who removes files there, and try again.',
    retryable: true,
  },
  EIO: { means: 'the disk reports an error', remedy: 'Look at the disk; no login is needed.', retryable: true },
  EROFS: {
    means: 'the file system is read-only',
    remedy: 'Mount it writable, or store the tokens elsewhere.',
  },
  ELOOP: link,
  EMLINK: link,
  EISDIR: folderForFile,
  ENOTDIR: {
    means: 'lies below a file, where a folder is meant',
    remedy: 'Give that file as { file }, or the path of a folder.',
  },
  EEXIST: noFile,
  ENXIO: noFile,
  EOPNOTSUPP: noFile,
  ENAMETOOLONG: { means: 'the name is too long', remedy: 'Give a shorter path.' },
  EMFILE: tooMany,
  ENFILE: tooMany,
};
