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
  /** Logins given up because their refresh token was presented twice without an answer. */
  givenUp = 0;
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

  killed(pid) {
    this.#killed.add(String(pid));
    for (const login of this.#logins.values()) if (login.leaving.has(pid)) this.#left(login, pid);
  }

  loggedIn(clientId, at) {
    const login = this.#login(clientId);
    login.liveSince = at;
    login.uses.clear();
  }

  loggingOut(clientId, pid) {
    this.#login(clientId).leaving.add(pid);
  }

  loggedOut(clientId, pid) {
    this.#left(this.#login(clientId), pid);
  }

  /** A call that began at `began` was told to log in. */
  neededLogin(clientId, { began, code }) {
    this.read();
    const login = this.#login(clientId);
    const wasLive = login.liveSince !== undefined && began >= login.liveSince && login.leaving.size === 0;
    login.liveSince = undefined;
    if (!wasLive) return;
    if (code === 'REFRESH_TOKEN_UNANSWERED' && this.#excuses) this.givenUp++;
    else if ([...login.uses.values()].some((first) => this.#isExcused(first))) this.excusedLogins++;
    else {
      this.lostLogins++;
      console.log(`lost login: ${clientId}, ${code}; ${[...login.uses.values()].slice(-3).map(describe).join('; ')}`);
    }
  }

  /** Reads the ledger, and empties it. What became of a first answer may be known a little later than its reuse. */
  read() {
    const settled = this.#suspects;
    this.#suspects = [];
    for (const entry of this.#ledger.entries) this.#note(entry);
    this.#ledger.clear();
    for (const { first } of settled) {
      if (this.#isExcused(first)) this.excusedReuses++;
      else {
        this.reuses++;
        console.log(`reuse: ${first === undefined ? 'of a token that is forgotten' : describe(first)}`);
      }
    }
  }

  #note(entry) {
    if (entry.endpoint === 'token') this.requests++;
    if (entry.refreshToken === undefined) return;
    const { uses } = this.#login(entry.clientId);
    const first = uses.get(entry.refreshToken);
    if (entry.reuse) this.#suspects.push({ first });
    if (first?.issued) return;
    uses.set(entry.refreshToken, entry);
    if (uses.size > remembered.uses) uses.delete(uses.keys().next().value);
  }

  /** Whether a rotated answer was lost on its way, or with its process, before it was saved. */
  #isExcused(first) {
    if (!this.#excuses || !first?.issued || this.#saved.has(first.issued.refreshToken)) return false;
    return first.answered !== 'complete' || this.#killed.has(first.headers['x-process']);
  }

  #left(login, pid) {
    login.leaving.delete(pid);
    login.liveSince = undefined;
  }

  #login(clientId = '') {
    const known = this.#logins.get(clientId) ?? { liveSince: undefined, leaving: new Set(), uses: new Map() };
    this.#logins.set(clientId, known);
    return known;
  }
}

function describe({ number, clientId, headers, answered, outcome, fault = 'no fault' }) {
  return `request ${number} of ${clientId} in process ${headers['x-process']}: ${outcome}, answer ${answered}, ${fault}`;
}
