/** What has come of all calls of a soak, and how it is told. */
import { whatGrew } from './flatness.mjs';

const shortest = { minutes: 10, samples: 8 };

export class Tally {
  calls = 0;
  tokens = 0;
  responses = 0;
  logouts = 0;
  aborted = 0;
  untyped = 0;
  stuck = 0;
  temporaryFiles = 0;
  errors = {};
  /** The vitals of each process that lives long, by sample. */
  samples = [];

  add({ errors, ...counts }) {
    for (const [name, count] of Object.entries(counts)) this[name] += count;
    for (const [code, count] of Object.entries(errors)) this.errors[code] = (this.errors[code] ?? 0) + count;
  }

  sample(vitals) {
    this.stuck += sum(vitals, 'stuck');
    this.samples.push(vitals);
  }

  /** One line of all that was counted so far, with the last vitals. */
  line(judges, { kills }) {
    const counted = (name) => sum(judges, name);
    const { calls, tokens, responses, logouts, aborted, untyped, stuck, temporaryFiles } = this;
    const parts = [
      `${calls} calls: ${tokens} tokens, ${responses} responses, ${logouts} logouts, ${aborted} aborted, ${untyped} untyped errors`,
      `typed errors: ${
        Object.entries(this.errors)
          .map(([code, count]) => `${count} ${code}`)
          .join(', ') || 'none'
      }`,
      `${counted('requests')} token requests`,
      `${counted('reuses')} reuses (${counted('excusedReuses')} excused)`,
      `${counted('lostLogins')} lost logins (${counted('excusedLogins')} excused)`,
      `${kills} kills, ${stuck} stuck, ${temporaryFiles} temporary files`,
      ...(this.samples.at(-1) ?? []).map(describe),
    ];
    return parts.join(' | ');
  }

  /** What must not be, as text; nothing when the soak went well. */
  faults(judges, crew, minutes) {
    const { untyped, stuck, temporaryFiles, samples } = this;
    const mustBeZero = {
      reuses: sum(judges, 'reuses'),
      'lost logins': sum(judges, 'lostLogins'),
      'untyped errors': untyped,
      'stuck calls': stuck,
      'temporary files': temporaryFiles,
      'unexpected ends of a process': crew.deaths.length,
    };
    const mustBeSome = { tokens: this.tokens, kills: crew.kills };
    const isWhole = crew.deaths.length === 0; // else the last sample lacks a process
    const isLong = isWhole && minutes >= shortest.minutes && samples.length >= shortest.samples;
    return [
      ...Object.entries(mustBeZero).flatMap(([name, count]) => (count === 0 ? [] : `${count} ${name}`)),
      ...Object.entries(mustBeSome).flatMap(([name, count]) => (count > 0 ? [] : `no ${name}`)),
      ...(isLong ? samples[0].flatMap((_, n) => grewIn(samples, n)) : []),
    ];
  }

  /** Whether the soak was long enough to tell growth from a start. */
  static judgesGrowth(minutes) {
    return minutes >= shortest.minutes;
  }
}

function grewIn(samples, n) {
  return whatGrew(samples.map((vitals) => vitals[n])).map((text) => `process ${n + 1}: ${text}`);
}

function describe({ rss, heap, handles, files }, n) {
  const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
  return `process ${n + 1}: rss ${mebibytes(rss)} MiB, heap ${mebibytes(heap)} MiB, ${handles} handles, ${files} files`;
}

function sum(items, name) {
  return items.reduce((total, item) => total + item[name], 0);
}
