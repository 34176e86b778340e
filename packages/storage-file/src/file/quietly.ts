/** Runs a step whose failure changes nothing; `undefined` when it fails. */
export function quietly<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
