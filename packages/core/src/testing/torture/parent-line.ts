import type { FromWorker, Outcome, Question, Report, ToWorker } from './messages.js';

/** The worker's end of the line to its parent. When the parent is gone, the process ends. */
export class ParentLine {
  readonly #waiting = new Map<number, () => void>();
  #reports = 0;

  /** Answers questions by `answer` from now on. */
  listen(answer: (question: Question) => Promise<readonly Outcome[]>): void {
    process.on('disconnect', () => process.exit());
    process.on('message', (message: ToWorker) => {
      if ('go' in message) this.#go(message.go);
      else void answer(message.question).then((outcomes) => this.#send({ outcomes }));
    });
    void this.#send({ ready: true });
  }

  /** Reports a point, and waits there until the parent says to go on. */
  async stopAt(report: Omit<Report, 'id'>): Promise<void> {
    const id = ++this.#reports;
    const going = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    await this.#send({ report: { ...report, id } });
    await going;
  }

  /** Reports a point, and goes on. */
  pass(report: Omit<Report, 'id'>): Promise<void> {
    return this.#send({ report: { ...report, id: ++this.#reports } });
  }

  #go(id: number): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  #send(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      process.send?.(message, undefined, {}, () => {
        resolve();
      });
    });
  }
}
