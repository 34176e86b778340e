/** Names the kind of a value, such as `Uint8Array`, and nothing that it holds. */
export function kindOf(value: unknown): string {
  const { then } = Object(value) as { then?: unknown };
  return typeof then === 'function' ? 'Promise' : Object.prototype.toString.call(value).slice(8, -1);
}
