import { describe, expect, it } from 'vitest';
import { Thrift } from '../src/player/thrift';

// Pictures of that age, ten a second; the divisor at the end.
function run(thrift: Thrift, fromMs: number, seconds: number, ageMs: number): number {
  for (let t = fromMs; t < fromMs + seconds * 1000; t += 100) thrift.came(t, ageMs);
  return thrift.divisor;
}

describe('a thin link', () => {
  it('gets a smaller picture once pictures stay late, down to a quarter', () => {
    const thrift = new Thrift(0);
    expect(run(thrift, 0, 60, 80)).toBe(1);
    expect(run(thrift, 60_000, 3.9, 2500)).toBe(1);
    expect(run(thrift, 63_900, 1, 2500)).toBe(2);
    expect(run(thrift, 64_900, 10, 2500)).toBe(4);
    expect(run(thrift, 74_900, 100, 2500)).toBe(4);
  });

  it('is not small for one blackout', () => {
    const thrift = new Thrift(0);
    for (let s = 0; s < 100; s += 10) {
      run(thrift, s * 1000, 2, 1800);
      expect(run(thrift, s * 1000 + 2000, 8, 90)).toBe(1);
    }
  });

  it('forgets congestion', () => {
    const thrift = new Thrift(0);
    expect(run(thrift, 0, 20, 3000)).toBe(4);
    expect(run(thrift, 20_000, 29, 100)).toBe(4);
    expect(run(thrift, 49_000, 2, 100)).toBe(2);
    expect(run(thrift, 51_000, 31, 100)).toBe(1);
  });
});
