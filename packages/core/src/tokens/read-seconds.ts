/** The last second that a Date can hold. */
export const latestSecond = 8_640_000_000_000;

/** Reads a lifetime in seconds from a number or numeric string; `undefined` for all else. */
export function readSeconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) return undefined;
  return Math.min(Math.max(Math.floor(number), 0), latestSecond);
}
