import { describe, expect, it } from 'vitest';
import { recordedFor } from '../src/page/parts/recorded';
import {
  beside,
  DAY_MS,
  dayAround,
  marks,
  msAt,
  nearest,
  type Span,
  xOf,
  zoomed,
} from '../src/page/timeline/track';

const day = { fromMs: 0, toMs: DAY_MS };
const span = (id: string, startMs: number, endMs = startMs): Span => ({
  id,
  kind: startMs === endMs ? 'photo' : 'clip',
  startMs,
  endMs,
});
const spans = [span('a', 100), span('long', 200, 900), span('b', 300), span('c', 2000, 2100)];

describe('a day as a line', () => {
  it('has each moment at a place', () => {
    expect(xOf(day, DAY_MS / 4, 800)).toBe(200);
    expect(msAt(day, 200, 800)).toBe(DAY_MS / 4);
    expect(msAt(day, -50, 800)).toBe(0);
    expect(msAt(day, 900, 800)).toBe(DAY_MS);
    expect(msAt(day, 10, 0)).toBe(0);
  });

  it('comes closer around a moment, and never leaves the day', () => {
    const half = zoomed(day, day, DAY_MS / 4, 0.5);
    expect(half).toEqual({ fromMs: DAY_MS / 8, toMs: (5 * DAY_MS) / 8 });
    expect(zoomed(half, day, DAY_MS / 4, 100)).toEqual(day);
    const end = zoomed(day, day, DAY_MS, 0.5);
    expect(end).toEqual({ fromMs: DAY_MS / 2, toMs: DAY_MS });
    const closest = zoomed(end, day, DAY_MS, 1e-9);
    expect(closest.toMs - closest.fromMs).toBe(300_000);
  });

  it('is as long as the day was', () => {
    const { fromMs, toMs } = dayAround(Date.parse('2026-11-30T12:00:00'));
    expect(new Date(fromMs).getHours()).toBe(0);
    expect(new Date(toMs).getDate()).toBe(1);
    expect(dayAround(fromMs, -1).toMs).toBe(fromMs);
    expect(dayAround(fromMs, 1).fromMs).toBe(toMs);
  });

  it.each([
    [0, 'a'],
    [140, 'a'],
    [180, 'long'],
    [600, 'long'], // it covers the moment, though b began later
    [1000, 'long'],
    [1600, 'c'],
    [9999, 'c'],
  ])('nearest to %i is %s', (ms, id) => expect(nearest(spans, ms)?.id).toBe(id));

  it('may be empty', () => expect(nearest([], 5)).toBeNull());

  it('knows what comes before and after', () => {
    expect(beside(spans, 'b', 1)?.id).toBe('c');
    expect(beside(spans, 'a', -1)).toBeNull();
    expect(beside(spans, 'gone', 1)).toBeNull();
  });

  it('finds among many', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => span(String(n), n * 4000));
    expect(nearest(many, 40_001)?.id).toBe('10');
    expect(nearest(many, 43_999)?.id).toBe('11');
  });

  it('writes as many hours as there is room for', () => {
    const today = dayAround(Date.parse('2026-11-30T12:00:00'));
    const hours = (width: number) => marks(today, width).map((ms) => new Date(ms).getHours());
    expect(hours(320)).toEqual([6, 12, 18]);
    expect(hours(1400)).toEqual(Array.from({ length: 23 }, (_, n) => n + 1));
    const hour = { fromMs: today.fromMs + 3_600_000, toMs: today.fromMs + 7_200_000 };
    expect(marks(hour, 320).map((ms) => new Date(ms).getMinutes())).toEqual([15, 30, 45]);
  });
});

describe('a recording', () => {
  it('of a camera that is offline is none', () => {
    const why = [{ reason: 'record', rendition: 'h264', count: 1, for_s: 40 }];
    expect(recordedFor({ camera: { id: 'a', state: 'offline', why }, heardMs: 0 })).toBeNull();
  });
});
