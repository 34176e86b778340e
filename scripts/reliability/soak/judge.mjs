/**
 * Says which reuses and lost logins at one server of a soak are ours. Its ledger is read every second and emptied, so
 * that a soak can take long. A login is known by its client id, a process by the header `x-process`.
 */
const remembered = { uses: 50, saved: 20_000 };

export class Judge {
  requests = 0;
  reuses = 0;
  excusedReuses = 0;
  lostLogins = 0;
  excusedLogins = 0;
  #ledger;
  #excuses;
  #saved = new Set();
  #killed = new Set();
  #logins = new Map();
  #suspects = [];

  /** `excuses`: whether the server rotates strictly, so that a fault between rotation and save cannot be healed. */
  constructor(ledger, { excuses }) {
    this.#ledger = ledger;
    this.#excuses = excuses;
  }

  /** A process has saved a refresh token. */
  saved(refreshToken) {
    this.#saved.add(refreshToken);
    if (this.#saved.size > remembered.saved) this.#saved.delete(this.#saved.values().next().value);
  }

  /** A process says that it did not hear the answer to its last renewal: it may have come after the timeout. */
  unheard(clientId, pid) {
    this.#noteRequests();
    const uses = [...this.#login(clientId).uses.values()];
    const last = uses.findLast(({ headers }) => headers['x-process'] === String(pid));
    if (last) last.isUnheard = true;
  }

  /** A process is about to be killed. */
  killed(pid) {
    this.#killed.add(String(pid));
    for (const login of this.#logins.values()) while (login.leaving.includes(pid)) this.#left(login, pid);
  }

  loggedIn(clientId, at) {
    this.#noteRequests();
    const login = this.#login(clientId);
    login.liveSince = at;
    login.uses.clear();
  }

  /** A process begins a logout; it may be at several at once. */
  loggingOut(clientId, pid) {
    this.#login(clientId).leaving.push(pid);
  }

  loggedOut(clientId, pid) {
    this.#left(this.#login(clientId), pid);
  }

  /** A call that began at `began` was told to log in. */
  neededLogin(clientId, { began, code }) {
    this.#noteRequests();
    const login = this.#login(clientId);
    const wasLive = login.liveSince !== undefined && began >= login.liveSince && login.leaving.length === 0;
    login.liveSince = undefined;
    if (!wasLive) return;
    if ([...login.uses.values()].some((first) => this.#isExcused(first))) this.excusedLogins++;
    else {
      this.lostLogins++;
      console.log(
        `lost login: ${clientId}, ${code}; ${[...login.uses.values()]
          .slice(-3)
          .map((first) => this.#describe(first))
          .join('; ')}`,
      );
    }
  }

  /** Judges the reuses up to the last time; now it is known what became of the answers that were given before them. */
  read() {
    const settled = this.#suspects;
    this.#suspects = [];
    this.#noteRequests();
    for (const { first, entry } of settled) {
      if (this.#isExcused(first)) this.excusedReuses++;
      else {
        this.reuses++;
        console.log(
          `reuse: ${first === undefined ? 'of a token that is forgotten' : this.#describe(first)}; again in process ${entry.headers['x-process']} after ${entry.at - (first?.at ?? 0)} ms`,
        );
      }
    }
  }

  /** Reads the ledger, and empties it. */
  #noteRequests() {
    for (const entry of this.#ledger.entries) this.#note(entry);
    this.#ledger.clear();
  }

  #note(entry) {
    if (entry.endpoint === 'token') this.requests++;
    if (entry.refreshToken === undefined) return;
    const { uses } = this.#login(entry.clientId);
    const first = uses.get(entry.refreshToken);
    if (entry.reuse) this.#suspects.push({ first, entry });
    if (first?.issued) return;
    uses.set(entry.refreshToken, entry);
    if (uses.size > remembered.uses) uses.delete(uses.keys().next().value);
  }

  /** Whether a rotated answer was lost on its way, or with its process, before it was saved. */
  #isExcused(first) {
    if (!this.#excuses || !first?.issued || this.#saved.has(first.issued.refreshToken)) return false;
    return first.answered !== 'complete' || first.isUnheard || this.#killed.has(first.headers['x-process']);
  }

  #describe({ clientId, headers, answered, outcome, issued, fault = 'no fault' }) {
    const process = headers['x-process'];
    const end = this.#killed.has(process) ? 'killed' : 'alive';
    const save = this.#saved.has(issued?.refreshToken) ? 'saved' : 'not saved';
    return `${clientId} in process ${process} (${end}): ${outcome}, ${fault}, answer ${answered}, ${save}`;
  }

  #left(login, pid) {
    login.leaving.splice(login.leaving.indexOf(pid), 1);
    login.liveSince = undefined;
  }

  #login(clientId = '') {
    const known = this.#logins.get(clientId) ?? { liveSince: undefined, leaving: [], uses: new Map() };
    this.#logins.set(clientId, known);
    return known;
  }
}
