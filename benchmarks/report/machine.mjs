/** Where and when something was measured, and with which versions. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem, type } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { candidates } from '../candidates/list.mjs';

const modules = path.join(import.meta.dirname, '../node_modules');

/** What a reader needs to know of this machine. */
export function machine(redis) {
  return {
    date: new Date().toISOString().slice(0, 19),
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory: Math.round(totalmem() / 2 ** 30),
    system: type(),
    node: process.versions.node,
    load: loadavg()[0],
    redis,
  };
}

/** One line of it. */
export function machineLine({ date, cores, processor, memory, system, node, redis, load }) {
  const day = date.slice(0, 10);
  return `${day}, ${cores} x ${processor}, ${memory} GiB, ${system}, Node ${node}, Redis ${redis}, load at the start ${load.toFixed(2)}`;
}

/** The version of an installed package. */
export function versionOf(name) {
  return JSON.parse(readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version;
}

/** Name and version of each package that takes part. */
export function versions() {
  const names = [...new Set(Object.values(candidates).flatMap(({ package: name }) => name ?? []))].sort();
  return names.map((name) => `${name} ${versionOf(name)}`);
}
