/** A Lua script with its keys and arguments, as the arguments of one command. `EVAL` needs no script to be loaded. */
export function evaluate(script: string, keys: readonly string[], values: readonly string[]): string[] {
  return ['EVAL', script, String(keys.length), ...keys, ...values];
}
