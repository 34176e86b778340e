/**
 * Sees the renewals of one login, what was saved and who held the lock, and says which reuses are ours, as the torture
 * kit does.
 */
export class Witness {
  reuses = 0;
  excusedReuses = 0;
  #saved = new Set();
  #inside = new Set();
  #first = new Map();

  saved(refreshToken) {
    if (refreshToken !== undefined) this.#saved.add(refreshToken);
  }

  entered(process) {
    this.#inside.add(process);
  }

  left(process) {
    this.#inside.delete(process);
  }

  /** A renewal has come to the server: another use of a token is ours if it was needless or while its user was inside. */
  arrived(entry) {
    const first = this.#first.get(entry.refreshToken);
    if (!first?.issued) this.#first.set(entry.refreshToken, entry);
    if (!first) return;
    const isInside = senderOf(first) !== senderOf(entry) && this.#inside.has(senderOf(first));
    entry.isOurs = isInside || this.#saved.has(first.issued?.refreshToken);
  }

  /** Counts the reuses of a round that is over. */
  count(entries) {
    const reuses = entries.filter(({ isOurs }) => isOurs).length;
    const excusedReuses = entries.filter(({ reuse, isOurs }) => reuse && !isOurs).length;
    return { reuses, excusedReuses };
  }

  /** Whether the server has rotated and what it gave was not saved. */
  hasUnsaved(entries) {
    return entries.some(({ issued }) => issued?.refreshToken !== undefined && !this.#saved.has(issued.refreshToken));
  }
}

function senderOf({ headers }) {
  return headers['x-process'];
}
