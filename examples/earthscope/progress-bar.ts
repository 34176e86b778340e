/** Where a bar is drawn: `process.stderr`. */
export interface BarOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const width = 30;

/** Shows how far a download is, in one line; only to a person, never into a file. */
export class ProgressBar implements Disposable {
  readonly #output: BarOutput | undefined;
  readonly #name: string;
  #shown = '';

  constructor(output: BarOutput, name: string) {
    this.#output = output.isTTY === true ? output : undefined;
    this.#name = name;
  }

  /** @param total - bytes in all, where the server says so */
  show(received: number, total: number | undefined): void {
    const done = total === undefined || total === 0 ? undefined : Math.min(received / total, 1);
    const full = Math.floor((done ?? 0) * width);
    const bar = done === undefined ? '' : ` [${'='.repeat(full).padEnd(width)}] ${Math.floor(done * 100)} %`;
    const columns = this.#output?.columns || 80; // 0 where the terminal does not know
    const line = `${this.#name}${bar || ` ${received} bytes`}`.slice(0, columns);
    if (line === this.#shown) return;
    this.#output?.write(`\r${line}\u001b[K`);
    this.#shown = line;
  }

  /** Leaves the line as it is. */
  [Symbol.dispose](): void {
    if (this.#shown !== '') this.#output?.write('\n');
  }
}
