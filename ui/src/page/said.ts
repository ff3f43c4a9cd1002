// A camera's state in words: one state machine over the server's messages, the connection and the
// player. Pure; words are keys of the language files.
import type { Connection } from '../live/link';
import type { KnownCamera } from '../live/live';
import type { PlayerState, PlayerStats } from '../player/player';
import { ago, duration, moment, type Phrase } from './i18n';

export type SaidState =
  | 'live'
  | 'behind' // live, but the picture is old
  | 'waking'
  | 'silent' // it should send pictures but does not
  | 'sleeping' // the device is in deep sleep
  | 'offline'
  | 'asleep'
  | 'paused' // not shown here
  | 'failed' // the server or this browser refused
  | 'reconnecting'; // no connection to the server: the camera's state is unknown

export interface Said {
  state: SaidState;
  word: Phrase; // announced when it changes
  detail: Phrase | null; // may change while word stays the same
  sinceMs: number | null; // wall clock, for states shown with a time; reconnecting: last known
}

export interface Facts {
  connection: Connection;
  quietMs: number; // since the last message of the server
  known: KnownCamera;
  paused: boolean;
  player: PlayerState;
  stats: PlayerStats | null;
  errorType: string; // the player's
  nowMs: number; // performance.now()
  wallMs: number; // Date.now() at nowMs
}

const BEHIND_MS = 1000;
const CAUGHT_UP_MS = 700; // hysteresis, so that the word does not flicker
const QUIET_MS = 1500; // the server sends an answer to a ping each second

const RETURN_MS = 1500; // the first picture after a reconnect may take this long

const PROBLEMS: Record<string, Phrase> = {
  'no-such-camera': ['problem.no-such-camera'],
  'not-adopted': ['problem.not-adopted'],
  'not-allowed': ['problem.not-allowed'],
  'too-many': ['problem.too-many-cameras'],
  unsupported: ['problem.unsupported'],
  unplayable: ['problem.unplayable'],
};

const plain = (state: SaidState, word: Phrase, detail: Phrase | null = null): Said => ({
  state,
  word,
  detail,
  sinceMs: null,
});

const since = (state: 'offline' | 'silent', sinceMs: number, wallMs: number): Said => ({
  state,
  word: [`said.${state}`],
  detail: [
    state === 'silent' ? 'said.silent.detail' : 'said.offline.detail',
    { time: moment(new Date(sinceMs), new Date(wallMs)) },
  ],
  sinceMs,
});

function resting(leftMs: number, wallMs: number): Said {
  if (leftMs <= 0) return plain('sleeping', ['said.sleeping'], ['said.sleeping.overdue']);
  const sinceMs = wallMs + leftMs;
  return {
    ...plain(
      'sleeping',
      ['said.sleeping'],
      [
        'said.sleeping.detail',
        { time: moment(new Date(sinceMs), new Date(wallMs)), duration: duration(leftMs / 1000) },
      ],
    ),
    sinceMs,
  };
}

// The time of the last picture is the best start of the silence; once shown, it stays.
function silent(facts: Facts, before: Said | null): Said {
  if (before?.state === 'silent' && before.sinceMs !== null)
    return since('silent', before.sinceMs, facts.wallMs);
  const age = facts.known.camera.last_frame_age_s;
  const heardAgoMs = facts.nowMs - facts.known.heardMs;
  return since('silent', facts.wallMs - (age == null ? 0 : age * 1000 + heardAgoMs), facts.wallMs);
}

function shown(stats: PlayerStats | null, before: Said | null): Said {
  const latency = stats?.latencyMs ?? 0;
  const limit = before?.state === 'behind' ? CAUGHT_UP_MS : BEHIND_MS;
  if (latency < limit) return plain('live', ['said.live']);
  return plain('behind', ['said.behind', { duration: duration(Math.max(1, latency / 1000)) }]);
}

export function saidOf(facts: Facts, before: Said | null): Said {
  const { connection, known, player, nowMs, wallMs } = facts;
  const { camera } = known;
  const heardAgoMs = nowMs - known.heardMs;
  const isQuiet = player === 'stalled' && facts.quietMs > QUIET_MS;
  if (connection.state !== 'connected' || isQuiet)
    return { ...plain('reconnecting', ['said.reconnecting']), sinceMs: wallMs };
  if (camera.sleeping_for_s != null)
    return resting(camera.sleeping_for_s * 1000 - heardAgoMs, wallMs);
  if (camera.state === 'offline')
    return since('offline', wallMs - (camera.state_since_s ?? 0) * 1000 - heardAgoMs, wallMs);
  if (player === 'live') return shown(facts.stats, before);
  if (player === 'failed')
    return plain('failed', ['said.failed'], PROBLEMS[facts.errorType] ?? ['problem.failed']);
  if (facts.paused && player === 'idle') return plain('paused', ['said.paused']);
  // The server had stopped and is back, but the next picture is not: do not blame the camera.
  if (player === 'stalled' && before?.state === 'reconnecting' && before.sinceMs !== null)
    if (wallMs - before.sinceMs < RETURN_MS) return before;
  const starts = camera.state === 'waking';
  const retries = camera.retry_in_s != null || (starts && !!camera.error);
  // Each retry makes the camera "waking" again; that is not a new state.
  const stillSilent = before?.state === 'silent' && (starts || player === 'waiting');
  if (player === 'stalled' || retries || stillSilent) return silent(facts, before);
  if (player === 'waiting' || starts) return plain('waking', ['said.waking']);
  return plain('asleep', ['said.asleep']);
}

// "12 ms · 30 fps", or the age of a picture that is not live; null = unknown.
export function ageOf(pictureMs: number | null, facts: Facts): string | null {
  const { last_frame_age_s: age } = facts.known.camera;
  const atMs = pictureMs ?? (age == null ? null : facts.known.heardMs - age * 1000);
  return atMs === null ? null : ago((facts.nowMs - atMs) / 1000);
}
