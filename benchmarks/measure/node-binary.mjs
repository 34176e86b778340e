/** Finds the program of a Node version; npx fetches it when it is needed. */
import process from 'node:process';
import { run } from '../../scripts/steps.mjs';

/** Path of some Node of a major version: this one, where it is. */
export async function nodeBinary(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const { code, output } = await run(['npx', '--yes', `node@${major}`, '-p', 'process.execPath']);
  if (code !== 0) throw new Error(`npx brought no Node ${major}: ${output}`);
  return output.trim().split('\n').at(-1);
}

/** The version of such a program. */
export async function versionOfNode(binary) {
  const { output } = await run([binary, '-p', 'process.versions.node']);
  return output.trim();
}
