import type { Clock } from '@latchkey/core';
import type { Instance } from './instance.js';

/** Where the time of every run begins. */
export const beginning = Date.UTC(2026, 0, 1);

/** One time for all. It moves by a millisecond whenever something is written or issued, and when somebody sleeps. */
export class SharedClock {
  now = beginning;

  tick(milliseconds = 1): void {
    this.now += milliseconds;
  }

  of(instance: Instance): Clock {
    return {
      now: () => this.now,
      sleep: (milliseconds) =>
        instance.step<undefined>('sleeps', (ending) => [
          {
            name: `sleeps ${milliseconds} ms`,
            take: () => {
              this.tick(milliseconds);
              ending.resolve(undefined);
            },
          },
        ]),
    };
  }
}
