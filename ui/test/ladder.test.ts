import { beforeEach, describe, expect, it } from 'vitest';
import { beginAt, below, ladder, recall, remember, Supervisor } from '../src/player/ladder';

const all = { generator: true, worker: true, mse: true };
const none = { generator: false, worker: false, mse: false };

describe('ladder', () => {
  it.each([
    [all, null, ['webcodecs', 'worker', 'mse', 'jpeg']],
    [{ ...all, generator: false }, null, ['worker', 'mse', 'jpeg']],
    [{ ...none, mse: true }, null, ['mse', 'jpeg']],
    [none, null, ['jpeg']],
    [all, 'worker', ['worker']],
    [all, 'jpeg', ['jpeg']],
    [{ ...all, generator: false }, 'webcodecs', ['worker']],
    [none, 'mse', ['mse']], // forced: shows what happens
  ] as const)('%j forced %s: %j', (abilities, forced, rungs) => {
    expect(ladder(abilities, forced)).toEqual(rungs);
  });

  it('begins where it is remembered, if that is a rung here', () => {
    const rungs = ladder(all, null);
    expect(beginAt(rungs, null)).toBe('webcodecs');
    expect(beginAt(rungs, 'mse')).toBe('mse');
    expect(beginAt(['jpeg'], 'mse')).toBe('jpeg');
  });

  it('ends below JPEG', () => {
    expect(below(['mse', 'jpeg'], 'mse')).toBe('jpeg');
    expect(below(['mse', 'jpeg'], 'jpeg')).toBeNull();
  });
});

describe('memory', () => {
  const kept = new Map<string, string>();
  const keeper = () => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  beforeEach(() => kept.clear());

  it('lasts an hour', () => {
    expect(recall(keeper, 1000)).toBeNull();
    remember(keeper, 'mse', 'lag', 1000);
    expect(recall(keeper, 1000 + 3_599_999)).toBe('mse');
    expect(recall(keeper, 1000 + 3_600_000)).toBeNull();
  });

  it('lasts a month for colours', () => {
    remember(keeper, 'mse', 'colours', 1000);
    expect(recall(keeper, 29 * 86_400_000)).toBe('mse');
    expect(recall(keeper, 31 * 86_400_000)).toBeNull();
  });

  it('a clock set back far does not make it last', () => {
    remember(keeper, 'mse', 'lag', 3e9);
    expect(recall(keeper, 0)).toBeNull();
  });

  it.each(['', '{', '{"rung":"flash","until":5000}', 'null'])('nonsense %j is nothing', (text) => {
    kept.set('eyelid.delivery', text);
    expect(recall(keeper, 1000)).toBeNull();
  });

  it('a store that throws is no store', () => {
    const broken = () => {
      throw new Error('SecurityError');
    };
    expect(() => remember(broken, 'mse', 'lag', 0)).not.toThrow();
    expect(recall(broken, 0)).toBeNull();
  });
});

describe('Supervisor', () => {
  const units = (s: Supervisor, begin: number, n: number, everyMs: number) => {
    for (let i = 0; i < n; i++) s.unit(begin + i * everyMs);
  };

  it('wants a first frame 1.5 s after three units', () => {
    const s = new Supervisor();
    expect(s.verdict(99_999)).toBeNull(); // no unit, no verdict: the camera may still be waking
    units(s, 1000, 20, 60);
    expect(s.verdict(1120 + 1500)).toBeNull();
    expect(s.verdict(1120 + 1501)).toBe('no-first-frame');
    s.frame(2700, 5);
    expect(s.verdict(9000)).toBeNull();
  });

  it('a picture that stands still for 3 s while units come is stuck', () => {
    const s = new Supervisor();
    s.unit(0);
    s.frame(100, 5);
    expect(s.verdict(60_000)).toBeNull(); // the camera says nothing
    units(s, 60_000, 40, 60);
    expect(s.verdict(60_120 + 3000)).toBeNull();
    expect(s.verdict(60_120 + 3001)).toBe('stuck');
  });

  it("a camera's silence is not the browser's, whatever waits for the next unit", () => {
    const s = new Supervisor();
    units(s, 0, 2, 60);
    expect(s.verdict(60_000)).toBeNull();
    s.frame(60_000, 5);
    units(s, 60_000, 2, 60);
    expect(s.verdict(120_000)).toBeNull();
    units(s, 120_000, 2, 60);
    expect(s.verdict(120_100)).toBeNull(); // as it goes on
  });

  it('a slow camera proves nothing about the browser', () => {
    const s = new Supervisor();
    units(s, 0, 4, 1000);
    expect(s.verdict(3500)).toBeNull();
    expect(s.verdict(3501)).toBe('slow-stream');
    s.frame(3600, 5);
    units(s, 10_000, 6, 1000);
    expect(s.verdict(15_000)).toBeNull();
    expect(s.verdict(15_001)).toBe('slow-stream');
  });

  it('a decoder that keeps more than 3 units for a second is no live decoder', () => {
    const s = new Supervisor();
    s.pending(1000, 4);
    expect(s.verdict(2000)).toBeNull();
    expect(s.verdict(2001)).toBe('held-back');
    s.pending(2001, 3);
    expect(s.verdict(2002)).toBeNull();
    s.pending(3000, 15); // a burst
    s.pending(3200, 1);
    s.pending(3900, 15);
    expect(s.verdict(4100)).toBeNull();
  });

  it('lag over 300 ms has to last', () => {
    const s = new Supervisor();
    for (let t = 0; t <= 3000; t += 100) s.frame(t, 301);
    expect(s.verdict(9000)).toBeNull(); // nothing came since
    s.frame(9001, 301);
    expect(s.verdict(9002)).toBe('lag');
    s.frame(9003, 300);
    expect(s.verdict(9004)).toBeNull();
  });

  it('reset forgets everything', () => {
    const s = new Supervisor();
    units(s, 0, 20, 60);
    s.pending(0, 9);
    s.frame(0, 999);
    s.reset();
    expect(s.verdict(99_999)).toBeNull();
    units(s, 100_000, 20, 60);
    expect(s.verdict(101_621)).toBe('no-first-frame');
  });
});
