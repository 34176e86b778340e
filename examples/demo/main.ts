/** `npm run demo`: the main job of Latchkey on a real authorization server, step by step, each step checked. */
import { AuthFlowError } from '@latchkey/core';
import { type Arguments, help, readArguments, UsageError } from './arguments.js';
import type { Demo } from './demo.js';
import { IdentityProvider } from '../identity-provider/identity-provider.js';
import { Interruption, untilInterrupted } from './interruption.js';
import { logIn } from './log-in.js';
import { logOut } from './log-out.js';
import { PrivateFolder } from './private-folder.js';
import { renewOnce } from './renew-once.js';
import { Report } from './report.js';
import { askFromSecondProcess } from './second-process.js';
import { createFlow, type Settings } from './settings.js';
import { showTokenFile } from './token-file.js';

const steps: readonly ((demo: Demo) => Promise<void> | void)[] = [
  logIn,
  showTokenFile,
  askFromSecondProcess,
  renewOnce,
  logOut,
];

process.exitCode = await main();

async function main(): Promise<number> {
  const signal = untilInterrupted();
  try {
    const args = readArguments(process.argv.slice(2));
    if (!args.help) return (await runDemo(args, signal)) ? 0 : 1;
    console.log(help);
    return 0;
  } catch (error) {
    if (error instanceof Interruption) return error.exitCode;
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${help}`);
    return 2;
  }
}

async function runDemo({ auto, scope, real }: Arguments, signal: AbortSignal): Promise<boolean> {
  using folder = new PrivateFolder();
  const common = { report: new Report(), signal };
  if (real) {
    const settings = { ...real, scope, folder: folder.path };
    return await runSteps({ ...common, settings, server: undefined, auto: false });
  }
  await using server = await IdentityProvider.start();
  const settings = { issuer: server.issuer, clientId: server.clientId, scope, folder: folder.path };
  const attended = process.stdin.isTTY && process.stdout.isTTY;
  return await runSteps({ ...common, settings, server, auto: auto || !attended });
}

async function runSteps(demo: Demo): Promise<boolean> {
  const { settings, server, report, signal } = demo;
  try {
    for (const step of steps) await step(demo);
  } catch (error) {
    if (!server) await revokeQuietly(settings);
    signal.throwIfAborted();
    report.check({ step: 'the demo', expected: 'runs to its end', seen: describe(error) });
  }
  report.summarize();
  return report.holds;
}

/** After an early end: what is thrown away with the folder, a real server would go on honouring. */
async function revokeQuietly(settings: Settings): Promise<void> {
  await createFlow(settings)
    .logout({ signal: AbortSignal.timeout(5000) })
    .catch(() => undefined);
}

function describe(error: unknown): string {
  if (error instanceof AuthFlowError) return [error.message, error.remedy].join(' ');
  return String(error);
}
