import { describe, expect, it } from 'vitest';
import { controlMse, type MseState } from '../src/player/mse_control';
import { type Line, place } from '../src/player/mse_line';

const live: MseState = {
  readyState: 4,
  paused: false,
  seeking: false,
  currentTime: 10,
  rate: 1,
  newest: 10.01,
  buffered: [[5, 10.07]],
};
const calm = { play: false, seek: null, rate: 1, trim: null };

describe('controlMse', () => {
  it.each([
    ['does nothing at the edge', {}, {}],
    ['plays by itself', { paused: true }, { play: true }],
    ['plays before there is data', { paused: true, readyState: 0, buffered: [] }, { play: true }],
    ['never seeks below readyState 2', { readyState: 1, currentTime: 0 }, {}],
    ['never trims below readyState 2', { readyState: 1, currentTime: 100 }, {}],
    ['waits for a first frame', { newest: null }, {}],
    ['hurries 26 ms behind', { newest: 10.026, buffered: [[5, 10.09]] }, { rate: 1.1 }],
    ['24 ms are no reason to begin', { newest: 10.024, buffered: [[5, 10.09]] }, {}],
    ['but one to go on', { rate: 1.1, newest: 10.024, buffered: [[5, 10.09]] }, { rate: 1.1 }],
    ['calms down 4 ms behind', { rate: 1.1, newest: 10.004, buffered: [[5, 10.07]] }, {}],
    ['hurries at 299 ms', { newest: 10.299, buffered: [[5, 10.4]] }, { rate: 1.1 }],
    ['seeks at 301 ms', { newest: 10.301, buffered: [[5, 10.4]] }, { seek: 10.301 }],
    ['seeks at normal rate', { rate: 1.1, newest: 12, buffered: [[5, 12.1]] }, { seek: 12 }],
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
      { seek: 10 },
    ],
    ['comes back from far beyond the end', { currentTime: 12 }, { seek: 10.01 }],
    ['a little beyond the end is waiting', { currentTime: 10.1 }, {}],
    ['trims', { buffered: [[-6, 10.07]] }, { trim: 5 }],
    ['trims seldom', { buffered: [[-5, 10.07]] }, {}],
  ] as [string, Partial<MseState>, object][])('%s', (_name, change, action) => {
    expect(controlMse({ ...live, ...change })).toEqual({ ...calm, ...action });
  });

  it('only ever uses two rates', () => {
    for (let newest = 9; newest < 11; newest += 0.001)
      for (const rate of [1, 1.1])
        expect([1, 1.1]).toContain(
          controlMse({ ...live, rate, newest, buffered: [[5, newest + 0.06]] }).rate,
        );
  });

  // A player that falls behind catches up, and then keeps to rate 1.
  it('a simulated video comes back to the edge without swinging', () => {
    let currentTime = 0;
    let rate = 1;
    let changes = 0;
    for (let n = 0; n < 600; n++) {
      const newest = 0.2 + n / 30;
      const action = controlMse({
        ...live,
        currentTime,
        rate,
        newest,
        buffered: [[0, newest + 2 / 30]],
      });
      if (action.seek !== null) currentTime = action.seek;
      if (n > 300 && action.rate !== rate) changes++;
      rate = action.rate;
      currentTime = Math.min(currentTime + rate / 30, newest + 2 / 30);
      if (n > 300) expect(newest + 1 / 30 - currentTime).toBeLessThan(0.026);
    }
    expect(changes).toBeLessThan(3);
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
