import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { quietly } from './quietly.js';
import { codeOf } from './storage-fault.js';

interface PidSpace {
  readonly name: string;
  readonly tag: string;
  readonly isCertain: boolean;
}

let space: PidSpace | undefined;

/**
 * Names the realm in which process ids mean the same: machine, boot, and process namespace, since two containers may
 * share a host name and a folder, but see different processes. Only Linux tells; elsewhere it is the host's name, which
 * another host may have too.
 */
export function pidSpace(): string {
  return lookAround().name;
}

/** Tells whether {@link pidSpace} is known well enough to believe that a process of it which is not found has ended. */
export function isPidSpaceCertain(): boolean {
  return lookAround().isCertain;
}

function lookAround(): PidSpace {
  if (space) return space;
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  const namespace = quietly(() => readlinkSync('/proc/self/ns/pid'));
  const { hostname } = process.getBuiltinModule('node:os'); // who finds a fresh token takes no lock, and needs none of it
  const name = [hostname(), boot, namespace].filter((part) => part !== undefined).join(' ');
  const found = { name, tag: hashOf(name), isCertain: boot !== undefined && namespace !== undefined };
  if (found.isCertain || process.platform !== 'linux') space = found; // else asked again: there may have been no descriptor
  return found;
}

/** A short form of {@link pidSpace} for file names. */
export function pidSpaceTag(): string {
  return lookAround().tag;
}

/** FNV-1a, of 32 bits. */
function hashOf(name: string): string {
  const hash = Buffer.from(name).reduce((hash, byte) => Math.imul(hash ^ byte, 0x0100_0193) >>> 0, 0x811c_9dc5);
  return hash.toString(16).padStart(8, '0');
}

/** When a process began, in the kernel's ticks; `undefined` where that is not known (not Linux, no such process). */
export function startOf(pid: number): string | undefined {
  return statusOf(pid)?.start;
}

/** A process of this pid space, by its id and when it began. */
interface KnownProcess {
  readonly pid: number;
  readonly start?: string | undefined;
}

/** Tells whether a process of this pid space has ended, even when its id is in use again. Stopped ones have not. */
export function isGone({ pid, start }: KnownProcess): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return true;
  }
  const status = statusOf(pid);
  if (status === undefined) return false;
  return status.state === 'Z' || status.state === 'X' || (start !== undefined && status.start !== start);
}

/**
 * Tells whether a process of this pid space may be unable to do anything: it is stopped, by a signal or a debugger, or waits for
 * its disk. Each of its threads is looked at, since any may be the holder.
 */
export function isHeldUp({ pid }: KnownProcess): boolean {
  const threads = quietly(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.some((thread) => /^[dt]$/i.test(statusOf(`${pid}/task/${thread}`)?.state ?? ''));
}

function statusOf(pid: number | string): { readonly state: string; readonly start: string } | undefined {
  // In a namespace that was given no /proc of its own, as by `bwrap --unshare-pid`, the id is another process's there.
  const isOurs = quietly(() => readlinkSync('/proc/self')) === String(process.pid);
  const line = isOurs ? quietly(() => readFileSync(`/proc/${pid}/stat`, 'latin1')) : undefined;
  // The second field is the program's name, in parentheses, and may hold anything.
  const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields?.[0], fields?.[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}
