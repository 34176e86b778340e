import { systemClock } from '../../platform/clock.js';
import type { TokenStorage } from '../../storage/token-storage.js';
import { FakeAuthorizationServer } from '../fake-authorization-server.js';
import { Crew } from './crew.js';
import { loadStorage } from '../load-storage.js';
import { LockTimeline } from './lock-timeline.js';
import { LoginCheck } from './login-check.js';
import type { Outcome, Question, Report } from './messages.js';
import type { PlannedHit } from './plan.js';
import { Presentations } from './presentations.js';
import { answerOf, Round } from './round.js';
import { TortureFlow, tortureKey } from './torture-flow.js';
import type { TorturePlan } from './torture-options.js';
import { addCounts, noCounts, type TortureCounts } from './torture-result.js';
import type { Worker } from './worker.js';

/** By how much the clocks are moved for each round, in ms: more than a token lives. */
const step = 7_200_000;
/** Seconds for which the processes that wait for nobody's freezing may take. */
const patience = 10;
/** Seconds to wait for a lock that a dead process may have left behind. */
const loginPatience = 60;
/** How many reasons of failures are told. */
const reasons = 10;

/** The server, the processes and the storage of one run, and what was found so far. */
export class TortureBench {
  readonly #plan: TorturePlan;
  readonly #server: FakeAuthorizationServer;
  readonly #storage: TokenStorage;
  readonly #crew: Crew;
  readonly #timeline = new LockTimeline();
  readonly #presentations = new Presentations(this.#timeline);
  readonly #check: LoginCheck;
  #round: Round | undefined;
  #ahead = 0;
  rounds = 0;
  tokens = 0;
  readonly errors: Record<string, number> = {};
  readonly #told = new Set<string>();

  private constructor(plan: TorturePlan, server: FakeAuthorizationServer, storage: TokenStorage) {
    this.#plan = plan;
    this.#server = server;
    this.#storage = storage;
    const { storageModule, storageArguments, profile: rotation, guarded, lockTimeout } = plan;
    const settings = {
      ...{ storageModule, storageArguments, rotation, guarded, lockTimeout, timeout: 2 * lockTimeout + 5 },
      tokenEndpoint: server.tokenEndpoint,
    };
    this.#crew = new Crew(settings, (worker, report) => {
      this.#hear(worker, report);
    });
    this.#check = new LoginCheck(storage, server, this.#presentations);
    server.configure({ clock: { now: () => this.#now() } });
    server.nextAnswers({ grantType: 'refresh_token', times: Infinity }, (entry) => {
      this.#presentations.arrived(entry);
      return this.#round?.faultFor(entry);
    });
  }

  /** Starts server and processes, and opens the storage. */
  static async start(plan: TorturePlan): Promise<TortureBench> {
    const storage = await loadStorage(plan.storageModule, plan.storageArguments);
    const server = await FakeAuthorizationServer.start({
      rotation: plan.profile === 'strict' ? 'rotate' : plan.profile,
    });
    const bench = new TortureBench(plan, server, storage);
    try {
      await bench.#crew.fill(plan.processes);
    } catch (error) {
      await bench.dispose();
      throw error;
    }
    return bench;
  }

  /** Ends processes and server. */
  async dispose(): Promise<void> {
    await this.#crew.dispose();
    await this.#server.stop();
  }

  /** Logs in anew, over whatever is stored. */
  async logIn(): Promise<void> {
    const flow = new TortureFlow({
      server: { tokenEndpoint: this.#server.tokenEndpoint },
      clientId: 'torture',
      key: tortureKey,
      clock: { ...systemClock, now: () => this.#now() },
    });
    const tokens = await flow.start();
    const options = { signal: new AbortController().signal, timeout: loginPatience };
    const context = { reason: 'login', expected: undefined } as const;
    await this.#storage.withLock(
      tortureKey,
      (lock) => this.#storage.save(tortureKey, tokens, { ...context, lock }),
      options,
    );
    await this.#check.look(undefined);
  }

  /** Plays one round, lets the survivors settle, and looks at what is left. */
  async play(hit: PlannedHit): Promise<TortureCounts> {
    this.rounds++;
    this.#ahead += step;
    this.#server.ledger.clear();
    const owners = this.#timeline.doubleOwners;
    const round = (this.#round = new Round(hit, this.#crew.members));
    const victim = this.#crew.members[hit.victim]?.pid;
    const end = await round.play(this.#question(this.#plan.calls), this.#deadline);
    this.#round = undefined;
    await this.#crew.replaceDead();
    const settled = await this.#settle(hit.order[0] ?? 0);
    const outcomes = [...end.outcomes, settled.outcome];
    const { isTorn, isHonoured, isExcused } = await this.#check.look(end.hit ? victim : undefined);
    const isTold = outcomes.some((outcome) => outcome?.kind === 'error' && outcome.needsLogin);
    const isUnusable = settled.wasHonoured && settled.outcome?.kind !== 'token';
    const isLost = !isHonoured || isTold || isUnusable;
    const excused = isLost && !isHonoured && !isUnusable && isExcused && this.#plan.profile === 'strict';
    const counts = {
      hits: Number(end.hit),
      lostLogins: Number(isLost && !excused),
      excusedLogins: Number(excused),
      doubleOwners: this.#timeline.doubleOwners - owners,
      torn: Number(isTorn),
      left: outcomes.filter((outcome) => outcome === undefined || outcome.kind === 'untyped').length,
      ...this.#presentations.count(this.#server.ledger.entries),
    };
    this.#note(outcomes);
    if (!isHonoured || isTorn) await this.#logInAfter(hit);
    return addCounts(noCounts, counts);
  }

  async #logInAfter({ point, signal }: PlannedHit): Promise<void> {
    try {
      await this.logIn();
    } catch (cause) {
      throw new Error(`After ${signal} at ${point} a login could not replace what is stored.`, { cause });
    }
  }

  /**
   * Lets one process ask until it is told something final, as a program that comes by later would. Tells that, and whether
   * the server would have taken the stored refresh token just before.
   */
  async #settle(index: number): Promise<{ outcome: Outcome | undefined; wasHonoured: boolean }> {
    const worker = this.#crew.members[index];
    const end = performance.now() + this.#deadline;
    for (;;) {
      const wasHonoured = await this.#check.isHonoured();
      const [outcome] = (worker && (await answerOf(worker, this.#question(1), this.#deadline))) ?? [];
      const isFinal = outcome?.kind !== 'error' || !outcome.retryable;
      if (isFinal || performance.now() > end) return { outcome, wasHonoured };
    }
  }

  #hear(worker: Worker, report: Report): void {
    this.#timeline.hear(worker, report);
    if (report.point === 'validate' && report.refreshToken !== undefined) {
      this.#presentations.saved.add(report.refreshToken);
    }
    if (this.#round) this.#round.hear(worker, report);
    else worker.go(report.id);
  }

  #note(outcomes: readonly (Outcome | undefined)[]): void {
    for (const outcome of outcomes) {
      if (outcome?.kind === 'token') this.tokens++;
      if (outcome?.kind === 'error') this.errors[outcome.code] = (this.errors[outcome.code] ?? 0) + 1;
      if (outcome && outcome.kind !== 'token') this.#tell(outcome.why);
    }
  }

  /** Tells each of the first reasons once, on stderr, where the processes write too. */
  #tell(why: string | undefined): void {
    if (why === undefined || this.#told.has(why) || this.#told.size === reasons) return;
    this.#told.add(why);
    process.stderr.write(`${why}\n`);
  }

  #question(calls: number): Question {
    return { calls, ahead: this.#ahead };
  }

  #now(): number {
    return Date.now() + this.#ahead;
  }

  get #deadline(): number {
    return (patience + 2 * this.#plan.lockTimeout) * 1000;
  }
}
