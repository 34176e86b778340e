const { stdout } = process;

/** Shows how long a code can still be approved: on a terminal on one line, elsewhere by a line now and then. */
export class Countdown implements Disposable {
  #timer: NodeJS.Timeout | undefined;

  start(end: Date): void {
    const show = (): void => {
      const left = Math.max(0, Math.round((end.getTime() - Date.now()) / 1000));
      const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
      stdout.write(stdout.isTTY ? `\r\x1b[K  waiting for the approval, ${clock} left ` : `  waiting, ${clock} left\n`);
    };
    show();
    this.#timer = setInterval(show, stdout.isTTY ? 1000 : 30_000);
  }

  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    if (stdout.isTTY) stdout.write('\r\x1b[K');
  }
}
