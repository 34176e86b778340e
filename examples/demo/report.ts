/** Something the demo claims, and what came of it. */
export interface Check {
  readonly step: string;
  readonly expected: string;
  readonly seen: string;
  /** Whether it held. By default: whether it was seen as expected. */
  readonly held?: boolean;
}

/** Prints what happens, and sums it up at the end. */
export class Report {
  readonly #rows: string[][] = [];
  #failed = 0;

  heading(text: string): void {
    console.log(`\n${text}`);
  }

  /** Prints text, in lines of a terminal of 80 columns where its words allow that. */
  line(text: string): void {
    for (const [line] of text.matchAll(/\S.{0,77}(?!\S)|\S+/g)) console.log(`  ${line.trimEnd()}`);
  }

  check({ step, expected, seen, held = expected === seen }: Check): void {
    if (!held) this.#failed++;
    this.#rows.push([step, held || seen.length <= 33 ? seen : 'see above', held ? 'ok' : 'FAILED']);
    this.line(held ? `ok: ${step}: ${seen}` : `FAILED: ${step}: expected ${expected}, seen ${seen}`);
  }

  /** Whether there was something to check and all of it held. */
  get holds(): boolean {
    return this.#rows.length > 0 && this.#failed === 0;
  }

  /** Prints the table of all checks. */
  summarize(): void {
    const rows = [['step', 'seen', 'result'], ...this.#rows];
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    this.heading('Summary');
    for (const row of rows) console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
    this.line(this.#failed === 0 ? 'Each step held.' : `${this.#failed} of ${this.#rows.length} checks FAILED.`);
  }
}
