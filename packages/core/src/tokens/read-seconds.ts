/** The last second that a Date can hold. */
export const latestSecond = 8_640_000_000_000;

/** What cannot be a time of this century is a lifetime. */
export const firstTime = 1_000_000_000;

/** Returns when a lifetime ends. QPay's are times to come, which as lifetimes would be half a century. All in seconds. */
export function endAfter(lifetime: number, issued: number): number {
  const isTime = lifetime > Math.max(issued, firstTime) && lifetime < 4_200_000_000;
  return isTime ? lifetime : Math.min(issued + lifetime, latestSecond);
}

/** Reads a lifetime in seconds from a number or numeric string; `undefined` for all else. */
export function readSeconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) return undefined;
  return Math.min(Math.max(Math.floor(number), 0), latestSecond);
}
