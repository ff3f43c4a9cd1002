import { describe, expect, it } from 'vitest';
import type { Camera } from '../src/live/protocol';
import { say } from '../src/page/i18n';
import { type Facts, type Said, saidOf } from '../src/page/said';

const NOON = new Date(2026, 10, 20, 12, 0).getTime();

// A camera that was heard of 60 s ago, at noon.
function facts(camera: Partial<Camera>, more: Partial<Facts> = {}): Facts {
  return {
    connection: { state: 'connected' },
    quietMs: 100,
    known: { camera: { id: 'x', ...camera }, heardMs: 1000 },
    paused: false,
    player: 'idle',
    stats: null,
    errorType: '',
    nowMs: 61_000,
    wallMs: NOON,
    ...more,
  };
}

const stats = (latencyMs: number) => ({ latencyMs, fps: 30 }) as Facts['stats'];
const live = (latencyMs = 12): Partial<Facts> => ({ player: 'live', stats: stats(latencyMs) });
const text = ({ word, detail }: Said): string =>
  detail ? `${say(word)}, ${say(detail)}` : say(word);

const TABLE: [string, Partial<Camera>, Partial<Facts>, string, string | RegExp][] = [
  ['live', { state: 'awake' }, live(), 'live', 'Live'],
  ['live, a little late', { state: 'awake' }, live(990), 'live', 'Live'],
  ['behind', { state: 'awake' }, live(20_010), 'behind', '20 s behind'],
  ['just behind', { state: 'awake' }, live(1001), 'behind', '1 s behind'],
  ['asked for', { state: 'asleep' }, { player: 'waiting' }, 'waking', 'Waking'],
  ['waking', { state: 'waking' }, { player: 'waiting' }, 'waking', 'Waking'],
  ['awake for another', { state: 'awake' }, { player: 'waiting' }, 'waking', 'Waking'],
  ['not on the screen', { state: 'awake' }, {}, 'asleep', 'Asleep'],
  ['asleep', { state: 'asleep' }, {}, 'asleep', 'Asleep'],
  ['paused', { state: 'awake' }, { paused: true }, 'paused', 'Paused here'],
  ['paused, asleep', { state: 'asleep' }, { paused: true }, 'paused', 'Paused here'],
  [
    'offline counts more than paused',
    { state: 'offline', state_since_s: 3 * 60 },
    { paused: true },
    'offline',
    /^Offline, since 11:56 AM$/,
  ],
  [
    'frozen',
    { state: 'awake', last_frame_age_s: 0 },
    { player: 'stalled' },
    'silent',
    /^Not answering, since 11:59.* · retrying$/,
  ],
  [
    'unreachable',
    { state: 'waking', retry_in_s: 63 },
    { player: 'waiting' },
    'silent',
    /^Not answering, since 12:00/,
  ],
  [
    'trying again',
    { state: 'waking', error: 'no usable frame' },
    { player: 'waiting' },
    'silent',
    /^Not answering/,
  ],
  [
    'resting',
    { state: 'offline', sleeping_for_s: 360 },
    {},
    'sleeping',
    /^Resting, until 12:05.*, 5 min left$/,
  ],
  [
    'late from its rest',
    { state: 'offline', sleeping_for_s: 30 },
    {},
    'sleeping',
    'Resting, expected back any moment',
  ],
  [
    'refused',
    { state: 'asleep' },
    { player: 'failed', errorType: 'too-many' },
    'failed',
    'Not shown, One page shows 64 cameras at most.',
  ],
  [
    'refused for a reason that a newer server has',
    { state: 'asleep' },
    { player: 'failed', errorType: 'new' },
    'failed',
    'Not shown, Something failed. Try again.',
  ],
  [
    'no connection',
    { state: 'awake' },
    { ...live(), connection: { state: 'waiting', retryAtMs: 64_200 } },
    'reconnecting',
    'No connection',
  ],
  [
    'a frozen server is no camera’s fault',
    { state: 'awake' },
    { player: 'stalled', quietMs: 2000 },
    'reconnecting',
    'No connection',
  ],
  [
    'a server that does not answer its pings',
    { state: 'awake' },
    { player: 'stalled', connection: { state: 'silent' } },
    'reconnecting',
    'No connection',
  ],
  ['connecting', {}, { connection: { state: 'connecting' } }, 'reconnecting', 'No connection'],
];

describe('what is said of a camera', () => {
  it.each(TABLE)('%s', (_, camera, more, state, expected) => {
    const said = saidOf(facts(camera, more), null);
    expect(said.state).toBe(state);
    if (typeof expected === 'string') expect(text(said)).toBe(expected);
    else expect(text(said)).toMatch(expected);
  });

  it('does not flip while a camera is tried again and again', () => {
    const tries: [Partial<Camera>, Partial<Facts>][] = [
      [{ state: 'awake', last_frame_age_s: 2 }, { player: 'stalled' }],
      [{ state: 'waking' }, { player: 'stalled' }],
      [{ state: 'waking', retry_in_s: 0.5 }, { player: 'waiting' }],
      [{ state: 'waking' }, { player: 'waiting' }],
      [{ state: 'waking', retry_in_s: 8, error: 'timeout' }, { player: 'waiting' }],
      [{ state: 'waking' }, { player: 'waiting' }],
    ];
    let said: Said | null = null;
    const texts = tries.map(([camera, more], i) => {
      said = saidOf(facts(camera, { ...more, wallMs: NOON + i * 120_000 }), said);
      return text(said);
    });
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toMatch(/^Not answering, since 11:5/);
    said = saidOf(facts({ state: 'awake' }, live()), said);
    expect(said.state).toBe('live');
    expect(saidOf(facts({ state: 'waking' }, { player: 'waiting' }), said).state).toBe('waking');
  });

  it('a camera that sleeps after it was silent is asleep', () => {
    const silent = saidOf(facts({ state: 'awake' }, { player: 'stalled' }), null);
    expect(saidOf(facts({ state: 'asleep' }), silent).state).toBe('asleep');
  });

  it('is behind until it has caught up', () => {
    let said = saidOf(facts({ state: 'awake' }, live(1100)), null);
    said = saidOf(facts({ state: 'awake' }, live(800)), said);
    expect(said.state).toBe('behind');
    said = saidOf(facts({ state: 'awake' }, live(650)), said);
    expect(said.state).toBe('live');
    said = saidOf(facts({ state: 'awake' }, live(800)), said);
    expect(said.state).toBe('live');
  });
});

describe('a server that stood still', () => {
  const frozen = facts({ state: 'awake' }, { player: 'stalled', quietMs: 2000 });
  const back = { ...frozen, quietMs: 10 };

  it('is not blamed on the camera before its next picture can be there', () => {
    const quiet = saidOf(frozen, null);
    expect(quiet.state).toBe('reconnecting');
    expect(saidOf({ ...back, wallMs: NOON + 1000 }, quiet).state).toBe('reconnecting');
    expect(saidOf({ ...back, ...live(), wallMs: NOON + 1000 }, quiet).state).toBe('live');
    expect(saidOf({ ...back, wallMs: NOON + 1500 }, quiet).state).toBe('silent');
  });
});
