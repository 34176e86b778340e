/** Preloaded by a client that is to break a rule: replaces texts in modules, as `LATCHKEY_BREAK` says. */
import { register } from 'node:module';
import process from 'node:process';

const hooks = `
let faults;
export function initialize(data) { faults = data; }
export async function load(url, context, next) {
  const loaded = await next(url, context);
  const fault = faults.find(({ file }) => url.endsWith(file));
  if (!fault) return loaded;
  const source = String(loaded.source);
  if (!source.includes(fault.from)) throw new Error(fault.file + ' does not hold ' + fault.from);
  return { ...loaded, source: source.replace(fault.from, fault.to) };
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: JSON.parse(process.env.LATCHKEY_BREAK) });
