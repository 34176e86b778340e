import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A server program that was started. */
export interface RunningServer {
  readonly process: ChildProcess;
  /** Freezes the server itself, lets it go on, or kills it as a power cut would. */
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL') => void;
}

/** Starts a program of this machine that works in `folder`. */
export function runHere(
  command: string,
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): RunningServer {
  const process = spawn(command, args, { stdio: 'ignore', cwd: folder, env });
  return { process, signal: (signal) => void process.kill(signal) };
}

/** Kills a server, and resolves when it is gone. */
export async function killServer({ process, signal }: RunningServer): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exited = once(process, 'exit');
  signal('SIGKILL');
  await exited;
}
