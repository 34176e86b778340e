import process from 'node:process';
import { type Environment, type EnvironmentOptions, isBlank } from '../credentials/environment.js';

/** Where a person would be asked. @group Command lines */
export interface TerminalOptions extends EnvironmentOptions {
  /** What questions are written to. @defaultValue `process.stderr` */
  readonly output?: { readonly isTTY?: boolean | undefined } | undefined;
}

/**
 * Tells whether somebody sits in front of this program: stderr is a terminal, and this is no CI job. What is piped in or out
 * does not matter, so that `my-program token | pbcopy` may still ask. In cron, in a service and in CI it is false.
 *
 * @group Command lines
 */
export function hasTerminal({ env = process.env, output = process.stderr }: TerminalOptions = {}): boolean {
  return output.isTTY === true && ciVariable(env) === undefined;
}

const ciVariables = ['CI', 'TF_BUILD', 'JENKINS_URL', 'TEAMCITY_VERSION', 'CODEBUILD_BUILD_ID'];

/** Returns which variable says that this is a CI job: some give their jobs a terminal. */
export function ciVariable(env: Environment): string | undefined {
  return ciVariables.find((name) => !isBlank(env[name]) && !/^(false|0)$/i.test(env[name] ?? ''));
}
