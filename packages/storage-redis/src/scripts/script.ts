interface Keys {
  readonly record: string;
  readonly lock: string;
}

/**
 * A Lua script with its keys and arguments, as the arguments of one command. `EVAL` needs no script to be loaded. The
 * record comes first in all of them: proxies that spread keys over servers (Twemproxy, Envoy) go by the first key, so
 * that a record and its lock are on one server.
 */
export function evaluate(script: string, keys: Keys, values: readonly string[]): string[] {
  return ['EVAL', script, '2', keys.record, keys.lock, ...values];
}
