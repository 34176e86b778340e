import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Line, lineOf, type Place, type PlaceOptions } from '../../dist/platform/line.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const one: PlaceOptions = { seconds: 30, limit: () => 1 };

/** Those who stand in a line, in the order in which they were admitted. */
function queue(line: Line, options: PlaceOptions = one) {
  const admitted: string[] = [];
  const places = new Map<string, Place>();
  const join = async (name: string, own: PlaceOptions = options): Promise<void> => {
    const place = await line.enter(own);
    admitted.push(name);
    places.set(name, place);
  };
  return {
    admitted,
    join: (name: string, own?: PlaceOptions) => void join(name, own),
    leave: (name: string) => places.get(name)?.leave(),
  };
}

describe('Line', () => {
  test('admits in the order of arrival, as many as there are places', async () => {
    const { admitted, join, leave } = queue(new Line(), { seconds: 30, limit: () => 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) join(name);
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b']);
    leave('b');
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b', 'c']);
    leave('a');
    leave('c');
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('gives a place without waiting only where one is free and nobody stands there', async () => {
    const line = new Line();
    const place = line.tryEnter(one);
    expect(place).toBeDefined();
    expect(line.tryEnter(one)).toBeUndefined();
    const { admitted, join, leave } = queue(line);
    join('a');
    const wide = { seconds: 30, limit: () => 9 };
    expect(line.tryEnter(wide)).toBeUndefined();
    place?.leave();
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a']);
    leave('a');
    expect(line.tryEnter(one)).toBeDefined();
  });

  test('frees one place when somebody leaves twice', async () => {
    const { admitted, join, leave } = queue(new Line());
    for (const name of ['a', 'b', 'c']) join(name);
    await jest.advanceTimersByTimeAsync(0);
    leave('a');
    leave('a');
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b']);
  });

  test('reads the limit again whenever a place is free', async () => {
    let limit = 3;
    const { admitted, join, leave } = queue(new Line(), { seconds: 30, limit: () => limit });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) join(name);
    await jest.advanceTimersByTimeAsync(0);
    limit = 1;
    leave('a');
    leave('b');
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b', 'c']);
    leave('c');
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b', 'c', 'd']);
    limit = 3;
    leave('d');
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('counts a place that nobody leaves for its seconds only, and gives it away once', async () => {
    const { admitted, join, leave } = queue(new Line());
    for (const name of ['a', 'b', 'c']) join(name);
    await jest.advanceTimersByTimeAsync(29_999);
    expect(admitted).toEqual(['a']);
    await jest.advanceTimersByTimeAsync(1);
    expect(admitted).toEqual(['a', 'b']);
    leave('a'); // late
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b']);
  });

  test('heeds the place that ends first, though it was taken last', async () => {
    const { admitted, join } = queue(new Line());
    const two = (seconds: number): PlaceOptions => ({ seconds, limit: () => 2 });
    join('slow', two(300));
    join('quick', two(5));
    join('next', two(5));
    await jest.advanceTimersByTimeAsync(5000);
    expect(admitted).toEqual(['slow', 'quick', 'next']);
  });

  test('looks sooner when a place was given to somebody whose time ends first', async () => {
    const { admitted, join, leave } = queue(new Line());
    const two = (seconds: number): PlaceOptions => ({ seconds, limit: () => 2 });
    join('slow', two(300));
    join('leaves', two(300));
    for (const name of ['quick', 'next']) join(name, two(5));
    await jest.advanceTimersByTimeAsync(0);
    leave('leaves');
    await jest.advanceTimersByTimeAsync(5000);
    expect(admitted).toEqual(['slow', 'leaves', 'quick', 'next']);
  });

  test('sets a timer only while somebody waits, and none that fires at once for a place that ends in years', async () => {
    let looks = 0;
    const limit = (): number => (looks++, 1);
    const { admitted, join, leave } = queue(new Line(), { seconds: 100_000_000, limit });
    join('a');
    expect(jest.getTimerCount()).toBe(0);
    join('b');
    expect(jest.getTimerCount()).toBe(1);
    const before = looks;
    jest.advanceTimersByTime(1000);
    expect([looks, jest.getTimerCount()]).toEqual([before, 1]);
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a']);
    leave('a');
    await jest.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual(['a', 'b']);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('sets no timer anew for each place that is left', async () => {
    const { admitted, join, leave } = queue(new Line(), { seconds: 30, limit: () => 2 });
    const names = Array.from({ length: 40 }, (_, index) => `number ${index}`);
    const set = jest.spyOn(globalThis, 'setTimeout');
    try {
      for (const name of names) join(name);
      for (const name of names) {
        await jest.advanceTimersByTimeAsync(1);
        leave(name);
      }
      await jest.advanceTimersByTimeAsync(0);
      expect(admitted).toEqual(names);
      expect(set.mock.calls.length).toBe(1);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      set.mockRestore();
    }
  });

  test('is one for each name', () => {
    const place = lineOf('https://a.example').tryEnter(one);
    expect(lineOf('https://a.example').tryEnter(one)).toBeUndefined();
    expect(lineOf('https://b.example').tryEnter(one)).toBeDefined();
    place?.leave();
    expect(lineOf('https://a.example').tryEnter(one)).toBeDefined();
  });
});
