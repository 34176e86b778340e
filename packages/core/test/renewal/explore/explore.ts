import { createHash } from 'node:crypto';
import { ChoiceStack } from './choice-stack.js';
import { everyFault, type Fault } from './fault.js';
import type { Scenario } from './scenario.js';
import { World } from './world.js';

/** How far to go. */
export interface Bound {
  /** How many faults a run may have at most. */
  readonly faults: number;
  /** Which ones. @defaultValue all */
  readonly kinds?: readonly Fault[];
}

/** What was explored. */
export interface Exploration {
  readonly scenario: string;
  readonly faults: number;
  /** Runs begun; most end where an earlier one has been. */
  readonly runs: number;
  /** Runs that went to their end. */
  readonly ended: number;
  readonly states: number;
  /** Steps of the longest run. */
  readonly longest: number;
  readonly seconds: number;
  readonly counterexample: Counterexample | undefined;
}

/** A run in which a claim failed. */
export interface Counterexample {
  readonly claim: string;
  readonly schedule: readonly string[];
}

const mostSteps = 300;

/**
 * Takes every order of steps, with every choice of faults up to the bound, by running the scenario again and again. A
 * run stops early only where its state is one that an earlier run has gone on from.
 */
export async function explore(scenario: Scenario, { faults, kinds = everyFault }: Bound): Promise<Exploration> {
  const choices = new ChoiceStack();
  const seen = new Set<string>();
  const began = performance.now();
  let [runs, ended, longest] = [0, 0, 0];
  let counterexample: Counterexample | undefined;
  do {
    runs++;
    const world = new World(scenario, kinds, faults);
    const schedule: string[] = [];
    if (await follow(world, choices, seen, schedule)) {
      ended++;
      if (world.claims.failure === undefined) await world.end();
    }
    world.close();
    await new Promise<void>((resolve) => setImmediate(resolve));
    longest = Math.max(longest, schedule.length);
    const { failure } = world.claims;
    if (failure !== undefined) counterexample = { claim: failure, schedule };
  } while (!counterexample && choices.next());
  const seconds = (performance.now() - began) / 1000;
  return { scenario: scenario.name, faults, runs, ended, states: seen.size, longest, seconds, counterexample };
}

/** Makes one run. @returns whether it came to its end, or to a failed claim */
async function follow(world: World, choices: ChoiceStack, seen: Set<string>, schedule: string[]): Promise<boolean> {
  for (;;) {
    await world.settle();
    if (world.claims.failure !== undefined) return true;
    const ways = world.ways();
    if (!choices.isReplaying) {
      const state = createHash('sha1').update(world.state).digest('base64');
      if (seen.has(state)) return false;
      seen.add(state);
    }
    if (ways.length === 0) return true;
    const way = ways[choices.choose(ways.map(({ name }) => name))];
    if (!way || schedule.length > mostSteps) {
      world.claims.fail('a run goes on without end');
      return true;
    }
    schedule.push(way.fault ? `${way.name}   <- ${way.fault}` : way.name);
    world.take(way);
  }
}

/** Shows a counterexample as a numbered list of what happened. */
export function show({ claim, schedule }: Counterexample): string {
  return [...schedule.map((step, index) => `${String(index + 1).padStart(3)}  ${step}`), `     => ${claim}`].join('\n');
}
