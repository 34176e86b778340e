/**
 * Returns a random UUID. Node's own module makes it where there is one: `fetch` loads that anyway, while the global `crypto`
 * brings all of WebCrypto, which costs a program some milliseconds as it starts.
 */
export function randomId(): string {
  const { process } = globalThis as { process?: Partial<NodeJS.Process> };
  return (process?.getBuiltinModule?.('node:crypto') ?? crypto).randomUUID();
}
