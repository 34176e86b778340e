/**
 * The addon for the lock of the kernel. storage-file holds the files of fs-native-extensions, as they are, for the systems
 * on which it locks by the kernel; beside the module that loads them.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

const systems = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** The package, as pnpm has installed it. */
export const addonFolder = path.join(root, 'packages/storage-file/node_modules/fs-native-extensions');

/** Copies the addon. The old files have to be gone, since a program that has loaded one would see it change. */
export function copyLockAddon(to) {
  mkdirSync(to, { recursive: true });
  for (const system of systems) {
    const file = path.join(addonFolder, 'prebuilds', system, 'fs-native-extensions.node');
    copyFileSync(file, path.join(to, `fs-native-extensions-${system}.node`));
  }
}
