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
  it('wants a first frame 1.5 s after the first unit', () => {
    const s = new Supervisor();
    expect(s.verdict(99_999)).toBeNull(); // no unit, no verdict: the camera may still be waking
    s.unit(1000);
    s.unit(2000);
    expect(s.verdict(2500)).toBeNull();
    expect(s.verdict(2501)).toBe('no-first-frame');
    s.frame(2600, 5);
    expect(s.verdict(9000)).toBeNull();
  });

  it('a picture that stands still for 3 s while units come is stuck', () => {
    const s = new Supervisor();
    s.unit(0);
    s.frame(100, 5);
    expect(s.verdict(60_000)).toBeNull(); // the camera says nothing
    s.unit(60_000);
    s.unit(62_000);
    expect(s.verdict(63_000)).toBeNull();
    expect(s.verdict(63_001)).toBe('stuck');
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
    expect(s.verdict(3000)).toBeNull();
    expect(s.verdict(3001)).toBe('lag');
    s.frame(3002, 300);
    expect(s.verdict(3003)).toBeNull();
  });

  it('reset forgets everything', () => {
    const s = new Supervisor();
    s.unit(0);
    s.pending(0, 9);
    s.frame(0, 999);
    s.reset();
    expect(s.verdict(99_999)).toBeNull();
    s.unit(100_000);
    expect(s.verdict(101_501)).toBe('no-first-frame');
  });
});
