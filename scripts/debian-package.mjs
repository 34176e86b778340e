/**
 * Installs what tests need from Debian, where root runs this there, or says what to type:
 * `node scripts/debian-package.mjs <name to say> <package...>`. One at a time on a machine, as apt works.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const turn = path.join(tmpdir(), 'latchkey-install');
/** What Debian asks before it starts a service that a package brings. */
const policy = '/usr/sbin/policy-rc.d';

const [name, ...packages] = process.argv.slice(2);
const advice = `These tests need ${name}. Type: sudo apt-get update && sudo apt-get install ${packages.join(' ')}`;

const apt = (...args) =>
  spawnSync('apt-get', ['-q', '-y', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    timeout: 600_000,
  });
const isInstalled = () => {
  const { stdout = '' } = spawnSync('dpkg', ['--status', ...packages], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line === 'Status: install ok installed').length === packages.length;
};

/** @returns what hindered it */
async function bring() {
  if (process.getuid?.() !== 0 || apt('--version').status !== 0) return advice;
  await takeTurn();
  try {
    return isInstalled() ? undefined : install();
  } finally {
    rmdirSync(turn);
  }
}

/** One who was killed meanwhile has held it for five minutes at most. */
async function takeTurn() {
  for (;;) {
    try {
      return mkdirSync(turn);
    } catch {
      const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > 300_000) rmdirSync(turn);
      await sleep(500);
    }
  }
}

/** A service that comes with a package would run from now on: a policy of its own forbids that. */
function install() {
  console.error(`${name} is needed for these tests: installing the Debian package ${packages.join(' ')}.`);
  const isOwn = !existsSync(policy);
  if (isOwn) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    apt('update');
    const { status, stderr } = apt('install', '--no-install-recommends', ...packages);
    spawnSync('systemctl', ['disable', ...packages]);
    return status === 0 ? undefined : `apt-get install ${packages.join(' ')} failed: ${stderr}`;
  } finally {
    if (isOwn) rmSync(policy);
  }
}

const hindered = await bring();
if (hindered !== undefined) {
  console.error(hindered);
  process.exitCode = 1;
}
