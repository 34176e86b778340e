/** Throws a `TypeError` unless `value` is absent or a number of seconds that a timer can wait. */
export function checkSeconds(value: number | undefined, name: string): void {
  if (value === undefined) return;
  if (typeof value !== 'number' || !(value >= 0))
    throw new TypeError(`${name} must be a number of seconds, 0 or more.`);
}
