import type { Outcome, Place, Program } from './two-programs.js';

/** A child process that is told lines, and says lines. */
interface Child {
  tell(line: string): void;
  /** Resolves with the line that begins with `start`, or with what follows there. */
  says(start: string): Promise<string>;
  kill(): unknown;
}

/** Makes a pair of processes, which run many programs in turn; `describe` tells them where a place is. */
export function pairOf<P extends Place>(start: () => Child, describe: (place: P) => object) {
  const children = [start(), start()] as const;
  let runs = 0;
  return {
    run(programs: readonly [Program, Program], place: P) {
      const name = `run${++runs}`;
      let asked = 0;
      return {
        async ask(program: 0 | 1): Promise<Outcome> {
          const child = children[program];
          const call = `${name}.${++asked}`;
          child.tell(JSON.stringify({ name, call, program: programs[program], ...describe(place) }));
          const said = await child.says(`${call} `);
          return JSON.parse(said.slice(said.indexOf('{'))) as Outcome;
        },
      };
    },
    stop: () => Promise.all(children.map((child) => child.kill())),
  };
}
