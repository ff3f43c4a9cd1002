import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Camera } from '../src/live/protocol';
import { statusOf } from '../src/page/status';
import { Throttle } from '../src/page/throttle';
import { duration, reasonName, stillName, title } from '../src/page/words';
import { Meter } from '../src/player/meter';

describe('statusOf', () => {
  const facts = {
    connection: { state: 'connected' } as const,
    player: 'idle' as const,
    stats: null,
    error: '',
    nowMs: 61_000,
    today: new Date(2026, 10, 20, 14, 0),
  };
  const live = { player: 'live', stats: { latencyMs: 11.6, fps: 29.6 } };
  it.each([
    [{ state: 'asleep' }, {}, 'asleep', 'Asleep', ''],
    [
      { state: 'asleep', last_frame_age_ms: 60_000 },
      {},
      'asleep',
      'Asleep',
      'last picture 2 min ago',
    ],
    [{ state: 'asleep' }, { player: 'waiting' }, 'waking', 'Waking', ''],
    [{ state: 'waking' }, { player: 'waiting' }, 'waking', 'Waking', ''],
    [{ state: 'awake' }, { player: 'waiting' }, 'waking', 'Waking', ''],
    [{ state: 'awake' }, live, 'live', 'Live', '12 ms · 30 fps'],
    [{ state: 'awake' }, { player: 'stalled' }, 'waking', 'Waiting', 'no new pictures'],
    [{ state: 'awake' }, {}, 'awake', 'Awake', 'not shown here'],
    [{ state: 'lingering' }, {}, 'awake', 'Awake', 'not shown here'],
    [{ state: 'offline', state_since_ms: 0 }, live, 'offline', 'Offline', 'for 1 min'],
    [
      { state: 'waking', retry_in_ms: 63_000 },
      { player: 'waiting' },
      'reconnecting',
      'No answer',
      'next try in 3 s',
    ],
    [
      { state: 'offline', sleeping_for_s: 360 },
      {},
      'sleeping',
      'Resting',
      /^back at .*05.*, in 5 min$/,
    ],
    [{ state: 'offline', sleeping_for_s: 30 }, {}, 'sleeping', 'Resting', /any moment/],
    [{ state: 'asleep' }, { player: 'failed', error: 'no' }, 'offline', 'Not shown', 'no'],
    [
      { state: 'awake' },
      { ...live, connection: { state: 'waiting', retryAtMs: 64_200 } },
      'reconnecting',
      'No connection',
      'next try in 4 s',
    ],
    [{}, { connection: { state: 'connecting' } }, 'reconnecting', 'Connecting', ''],
  ])('%j %j', (camera, more, state, word, detail) => {
    const known = { camera: { id: 'x', ...camera } as Camera, heardMs: 1000 };
    const status = statusOf({ ...facts, ...more, known } as Parameters<typeof statusOf>[0]);
    expect(status).toMatchObject({ state, word });
    if (typeof detail === 'string') expect(status.detail).toBe(detail);
    else expect(status.detail).toMatch(detail);
  });
});

describe('Throttle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('merges what comes while one is on its way, and ends with the newest', async () => {
    const sent: object[] = [];
    const throttle = new Throttle(
      (values) => {
        sent.push(values);
        return new Promise((resolve) => setTimeout(resolve, 250));
      },
      () => {},
    );
    for (let n = 0; n <= 10; n++) {
      throttle.push({ brightness: n });
      if (n === 5) throttle.push({ mirror: true });
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toEqual([{ brightness: 0 }, { brightness: 10, mirror: true }]);
  });

  it('a failure is told, and does not end it', async () => {
    const told: (string | undefined)[] = [];
    let fails = true;
    const throttle = new Throttle(
      async () => {
        if (fails) throw new Error('out of range');
      },
      (error) => told.push(error?.message),
    );
    throttle.push({ a: 1 });
    await vi.advanceTimersByTimeAsync(100);
    fails = false;
    throttle.push({ a: 2 });
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual(['out of range', undefined]);
  });
});

describe('Meter', () => {
  it('counts frames by the time between reports', () => {
    const meter = new Meter();
    expect(meter.fps(0)).toBe(0);
    for (let n = 0; n <= 30; n++) meter.shown(1, 20, n * 40);
    expect(meter.fps(1200)).toBeCloseTo(25, 6);
    expect(meter.frames).toBe(31);
    expect(meter.latencyMs).toBeCloseTo(20, 6);
    for (let n = 1; n <= 20; n++) meter.shown(6, null, 1200 + n * 200);
    expect(meter.fps(5200)).toBeCloseTo(30, 6);
    expect(meter.fps(99_999)).toBe(0);
  });
});

describe('words', () => {
  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [3599, '59 min'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
    [86_400, '1 day'],
    [200_000, '2 days'],
    [-5, '0 s'],
  ])('%s s is %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it('names', () => {
    expect(title('white_balance')).toBe('White balance');
    expect(title('jpeg')).toBe('JPEG');
    expect(reasonName('viewer')).toBe('Viewers');
    expect(reasonName('new_thing')).toBe('New thing');
    expect(stillName('porch', new Date(2026, 0, 2, 3, 4, 5))).toBe('porch-2026-01-02-030405.jpg');
  });
});
