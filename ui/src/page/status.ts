// What is true of a camera right now, from what the server said, what the connection does and what
// the player shows.
import type { Connection } from '../live/link';
import type { KnownCamera } from '../live/live';
import type { PlayerState, PlayerStats } from '../player/player';
import { duration, timeOfDay } from './words';

export type CameraState =
  | 'live'
  | 'waking'
  | 'asleep'
  | 'awake' // for somebody else
  | 'sleeping' // the device sleeps by itself
  | 'offline'
  | 'reconnecting';

export interface Status {
  state: CameraState;
  word: string; // one or two words, announced when they change
  detail: string; // may change every second
}

interface Facts {
  connection: Connection;
  known: KnownCamera;
  player: PlayerState;
  stats: PlayerStats | null;
  error: string; // the player's
  nowMs: number; // performance.now()
  today: Date;
}

// The page's own figures, e.g. "12 ms · 30 fps".
export function figures(stats: PlayerStats | null): string {
  if (!stats || stats.latencyMs === null || stats.fps === 0) return '';
  return `${Math.max(0, Math.round(stats.latencyMs))} ms · ${Math.round(stats.fps)} fps`;
}

export function statusOf(facts: Facts): Status {
  const { connection, known, player, stats, error, nowMs, today } = facts;
  const { camera } = known;
  const since = (ms: number): number => ms - (nowMs - known.heardMs);
  if (connection.state === 'waiting') {
    const seconds = Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1000));
    return { state: 'reconnecting', word: 'No connection', detail: `next try in ${seconds} s` };
  }
  if (connection.state === 'connecting')
    return { state: 'reconnecting', word: 'Connecting', detail: '' };
  if (camera.sleeping_for_s != null) {
    const left = since(camera.sleeping_for_s * 1000);
    if (left > 0) {
      const back = timeOfDay(new Date(today.getTime() + left));
      const detail = `back at ${back}, in ${duration(left / 1000)}`;
      return { state: 'sleeping', word: 'Resting', detail };
    }
    return { state: 'sleeping', word: 'Resting', detail: 'should be back any moment' };
  }
  if (camera.state === 'offline') {
    const age = camera.state_since_ms;
    const detail = age == null ? '' : `for ${duration((age + nowMs - known.heardMs) / 1000)}`;
    return { state: 'offline', word: 'Offline', detail };
  }
  if (player === 'live') return { state: 'live', word: 'Live', detail: figures(stats) };
  if (player === 'failed') return { state: 'offline', word: 'Not shown', detail: error };
  if (camera.retry_in_ms != null) {
    const seconds = Math.max(0, Math.ceil(since(camera.retry_in_ms) / 1000));
    return { state: 'reconnecting', word: 'No answer', detail: `next try in ${seconds} s` };
  }
  if (player === 'stalled') return { state: 'waking', word: 'Waiting', detail: 'no new pictures' };
  if (player === 'waiting' || camera.state === 'waking')
    return { state: 'waking', word: 'Waking', detail: '' };
  if (camera.state === 'awake' || camera.state === 'lingering')
    return { state: 'awake', word: 'Awake', detail: 'not shown here' };
  const age = camera.last_frame_age_ms;
  const detail =
    age == null ? '' : `last picture ${duration((age + nowMs - known.heardMs) / 1000)} ago`;
  return { state: 'asleep', word: 'Asleep', detail };
}
