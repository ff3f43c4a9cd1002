import { describe, expect, it } from 'vitest';
import { MseControl, type MseState } from '../src/player/mse_control';
import { type Line, place } from '../src/player/mse_line';

const live: MseState = {
  nowMs: 1000,
  readyState: 4,
  paused: false,
  seeking: false,
  currentTime: 10,
  newest: 10.01,
  key: 5,
  justAppended: 'delta',
  buffered: [[5, 10.07]],
};

describe('MseControl, one step', () => {
  it.each([
    ['does nothing at the edge', {}, {}],
    ['plays by itself', { paused: true }, { play: true }],
    ['plays before there is data', { paused: true, readyState: 0, buffered: [] }, { play: true }],
    ['never seeks below readyState 2', { readyState: 1, currentTime: 0 }, {}],
    ['never trims below readyState 2', { readyState: 1, currentTime: 100 }, {}],
    ['waits for a first frame', { newest: null }, {}],
    ['one late frame is no reason to hurry', { newest: 10.2, buffered: [[5, 10.27]] }, {}],
    ['stays at 299 ms', { newest: 10.299, buffered: [[5, 10.4]] }, {}],
    ['asks for a key at 301 ms', { newest: 10.301, buffered: [[5, 10.4]] }, { askKey: true }],
    [
      'seeks into a key',
      { justAppended: 'key', newest: 10.301, buffered: [[5, 10.4]] },
      { askKey: true, seek: 10.331 },
    ],
    [
      'but not to its end',
      { justAppended: 'key', newest: 10.301, buffered: [[5, 10.311]] },
      { askKey: true, seek: 10.308 },
    ],
    ['does not seek while seeking', { seeking: true, newest: 12, buffered: [[5, 12.1]] }, {}],
    [
      'jumps into the last range',
      {
        currentTime: 8,
        newest: 10,
        buffered: [
          [5, 8],
          [9.9, 10.1],
        ],
      },
      { askKey: true, seek: 10.03 },
    ],
    ['comes back from far beyond the end', { currentTime: 12 }, { seek: 10.04 }],
    ['a little beyond the end is waiting', { currentTime: 10.1 }, {}],
    ['trims to the key', { buffered: [[-11, 10.07]] }, { trim: 4.995 }],
    ['trims seldom', { buffered: [[-10, 10.07]] }, {}],
    [
      'never trims into what depends on a key',
      { key: -100, buffered: [[-100, 10.07]] },
      { askKey: true },
    ],
    ['asks for a key once a minute', { key: -49.9, buffered: [[-49.9, 10.07]] }, {}],
    ['asks where no key was seen', { key: null, buffered: [[-51, 10.07]] }, { askKey: true }],
  ] as [string, Partial<MseState>, object][])('%s', (_name, change, action) => {
    const { seek, ...got } = new MseControl().step({ ...live, ...change });
    const { seek: wanted = null, ...rest } = action as { seek?: number | null };
    expect(got).toEqual({ play: false, askKey: false, rate: 1, trim: null, ...rest });
    if (wanted === null) expect(seek).toBeNull();
    else expect(seek).toBeCloseTo(wanted, 6);
  });
});

// A video that is fed 30 frames a second and does as it is told.
class Video {
  currentTime = 0;
  newest = 0;
  nowMs = 0;
  rate = 1;
  seeks: number[] = []; // when
  rates = new Set<number>();
  changes = 0;
  private readonly control = new MseControl();
  private key = 0;

  constructor(
    private readonly obeysRate = true,
    private readonly least = 0, // it cannot be less late than this
    private readonly keys = true, // asking for one helps
  ) {}

  private keyAtMs = Number.POSITIVE_INFINITY;

  frame(afterMs = 1000 / 30, mediaMs = 1000 / 30): number {
    const end = this.newest + 2 / 30;
    this.nowMs += afterMs;
    this.currentTime += ((this.obeysRate ? this.rate : 1) * afterMs) / 1000;
    this.currentTime = Math.min(this.currentTime, end);
    this.newest += mediaMs / 1000;
    this.currentTime = Math.min(this.currentTime, this.newest - this.least);
    const behind = this.newest - this.currentTime;
    const isKey = this.nowMs >= this.keyAtMs;
    if (isKey) {
      this.keyAtMs = Number.POSITIVE_INFINITY;
      this.key = this.newest;
    }
    const action = this.control.step({
      ...live,
      nowMs: this.nowMs,
      currentTime: this.currentTime,
      newest: this.newest,
      key: this.key,
      justAppended: isKey ? 'key' : 'delta',
      buffered: [[-1, this.newest + 2 / 30]],
    });
    if (action.askKey && this.keys) this.keyAtMs = this.nowMs + 60;
    if (action.rate !== this.rate) this.changes++;
    this.rate = action.rate;
    this.rates.add(this.rate);
    if (action.seek !== null) {
      this.seeks.push(this.nowMs);
      this.currentTime = action.seek - this.least;
    }
    return behind;
  }
}

describe('MseControl, a while', () => {
  it('a video 90 ms behind comes to the edge by rate alone, and stays there calmly', () => {
    const video = new Video();
    video.newest = 0.09;
    for (let n = 0; n < 90; n++) video.frame();
    for (let n = 0; n < 300; n++) expect(video.frame()).toBeLessThan(0.026);
    expect(video.seeks).toEqual([]);
    expect(video.changes).toBe(2);
    expect([...video.rates].sort()).toEqual([1, 1.1]);
  });

  it.each([
    [true, 450],
    [false, 800],
  ])('one that stays 200 ms behind seeks, with a key (%s) or without', (keys, withinMs) => {
    const video = new Video(true, 0, keys);
    video.newest = 0.2;
    for (let n = 0; n < 40; n++) video.frame();
    expect(video.seeks).toHaveLength(1);
    expect(video.seeks[0]).toBeLessThan(withinMs);
    for (let n = 0; n < 60; n++) expect(video.frame()).toBeLessThan(0.026);
  });

  it('jitter that leaves some frames in time is no reason to hurry', () => {
    const video = new Video();
    video.newest = 0.005;
    for (let n = 0; n < 300; n++) video.frame(n % 3 === 0 ? 5 : 47.5);
    expect(video.changes).toBe(0);
    expect(video.seeks).toEqual([]);
  });

  it('is live again within half a second after 2 s without a word and the burst that follows', () => {
    const video = new Video();
    for (let n = 0; n < 60; n++) video.frame();
    video.frame(2000, 33);
    for (let n = 0; n < 59; n++) video.frame(1, 1000 / 30);
    for (let n = 0; n < 15; n++) video.frame();
    expect(video.frame()).toBeLessThan(0.026);
  });

  it('where hurrying changes nothing it seeks, and does not hurry for a minute', () => {
    const video = new Video(false, 0.06);
    for (let n = 0; n < 30 * 59; n++) video.frame();
    expect(video.seeks).toHaveLength(1);
    expect(video.changes).toBe(2);
    for (let n = 0; n < 30 * 10; n++) video.frame();
    expect(video.seeks).toHaveLength(2);
  });

  it('where seeking changes nothing it seeks ever more seldom', () => {
    const video = new Video(false, 0.15);
    for (let n = 0; n < 30 * 120; n++) video.frame();
    expect(video.seeks.length).toBeGreaterThan(4);
    expect(video.seeks.length).toBeLessThan(16);
    const last = video.seeks.slice(-2) as [number, number];
    expect(last[1] - last[0]).toBeGreaterThan(20_000);
  });
});

describe('place', () => {
  const start: Line = { offset: 0, newest: 0, end: 0, begun: false };
  function run(chunks: [time: number, duration: number][]): number[] {
    let line = start;
    return chunks.map(([time, duration]) => {
      const placed = place(line, time, duration);
      line = placed.line;
      expect(placed.time).toBeCloseTo(time + line.offset, 6);
      return Math.round(placed.time * 1000);
    });
  }

  it('begins just above zero, whatever the stream says', () => {
    expect(run([[123_456.7, 0.066]])).toEqual([1]);
  });

  it('keeps the distances of a steady stream', () => {
    expect(
      run([
        [100, 0.066],
        [100.033, 0.066],
        [100.07, 0.066],
        [100.1, 0.066],
      ]),
    ).toEqual([1, 34, 71, 101]);
  });

  it('a pause of the camera leaves no gap', () => {
    expect(
      run([
        [100, 0.066],
        [103, 0.066],
        [103.033, 0.066],
      ]),
    ).toEqual([1, 67, 100]);
  });

  it('a stream that begins anew follows the old one', () => {
    expect(
      run([
        [100, 0.066],
        [2, 0.066],
        [2.033, 0.066],
      ]),
    ).toEqual([1, 67, 100]);
  });

  it('time that stands still does not put two frames in one place', () => {
    expect(
      run([
        [100, 0.066],
        [100, 0.066],
      ]),
    ).toEqual([1, 67]);
  });
});
